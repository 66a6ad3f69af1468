import type { ByteStream } from "@monolake/streams";
import type { HttpResponse } from "../message/response.ts";

/** Gives the stream to what a 101 response wants to do with it; `over` hears when that is done, or what it failed with. */
export function runUpgraded(
  response: HttpResponse,
  stream: ByteStream,
  over: (failure: { readonly error: unknown } | undefined) => void,
): void {
  const failed = (error: unknown) => over({ error });
  try {
    void response.upgraded?.(stream).then(() => over(undefined), failed);
  } catch (error) {
    failed(error);
  }
}
