import { InvalidResponseError } from "../errors.ts";
import type { HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";

const reasonForbidden = /[^\t\x20-\x7e\x80-\xff]/;

/** Throws ERR_HTTP_INVALID_RESPONSE for what must not reach a client, also where no type kept it away. */
export function checkResponse(response: HttpResponse): void {
  if (typeof response?.body?.pipe !== "function" || typeof response.reason !== "string") {
    throw new InvalidResponseError({ what: "it is no HttpResponse" });
  }
  const { status, reason } = response;
  if (!Number.isInteger(status) || status < 101 || status > 999) {
    throw new InvalidResponseError({ what: `its status is ${String(status)}` });
  }
  if (status < 200 && (status !== 101 || response.upgraded === undefined)) {
    throw new InvalidResponseError({
      what: `${status} is not a final response; 101 needs an upgraded function`,
    });
  }
  if (reason !== statusText(status) && reasonForbidden.test(reason))
    throw new InvalidResponseError({ what: "its reason has a forbidden character" });
}
