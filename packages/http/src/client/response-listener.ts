import type { HttpResponse } from "../message/response.ts";

/** Who waits for a response; hears one of the two, once. */
export interface ResponseListener {
  /** The response is there as far as its head; called while the connection reads, so it does not throw. */
  responded(response: HttpResponse): void;
  /** There will be no response. */
  failed(error: Error): void;
}
