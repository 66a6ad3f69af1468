import { type ByteStream, tunnel } from "@monolake/streams";
import type { Body } from "../body/body.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { ResponseHead } from "../head/response-head.ts";
import { HttpResponse } from "../message/response.ts";

/**
 * The response for a 101 of an upstream: `upgraded` joins the client's stream with the upstream's, until neither moves a byte for `idleTimeoutMs`. Whoever does not pass the
 * response on cancels its body, as of any response, and that closes the upstream's stream.
 */
export function upgradedResponse(
  head: Pick<ResponseHead, "reason" | "headers">,
  stream: ByteStream,
  idleTimeoutMs: number,
): HttpResponse {
  let taken = false;
  const body: Body = {
    ...emptyBody,
    cancel(reason) {
      if (!taken) stream.destroy(reason);
    },
  };
  const response = new HttpResponse(101, head.reason, "1.1", head.headers, body);
  response.upgraded = (client) => {
    taken = true;
    return tunnel(client, stream, { idleTimeoutMs });
  };
  return response;
}
