import { emptyBody } from "../body/fixed-bodies.ts";
import { InvalidResponseError } from "../errors.ts";
import { Headers } from "../headers/headers.ts";
import { HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";
import { FetchResponseBody } from "./response-body.ts";

/** Fields about one connection, which is not the handler's (RFC 9110 section 7.6.1); trailers are not in the Fetch standard. */
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The response that a handler answered. `over` is called once, when nothing more of it will be sent. Throws
 * ERR_HTTP_INVALID_RESPONSE for anything else.
 */
export function httpResponse(answer: unknown, over: (reason: Error | undefined) => void): HttpResponse {
  if (!isResponse(answer))
    throw new InvalidResponseError({ what: `it is ${describe(answer)}, expected a Response` });
  if (answer.bodyUsed || answer.body?.locked === true)
    throw new InvalidResponseError({ what: "its body was read already" });
  const { status } = answer;
  if (status < 200) throw new InvalidResponseError({ what: `its status is ${status}` });
  const headers = new Headers();
  // Set-Cookie comes once for each of its fields.
  for (const [name, value] of answer.headers) if (!ofConnection.has(name)) headers.append(name, value);
  const reason = answer.statusText === "" ? statusText(status) : answer.statusText;
  if (answer.body === null) {
    over(undefined);
    return new HttpResponse(status, reason, "1.1", headers, emptyBody);
  }
  const length = lengthOf(headers);
  return new HttpResponse(status, reason, "1.1", headers, new FetchResponseBody(answer.body, length, over));
}

/** Not `instanceof`: frameworks and runtimes have their own. */
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== "object" || answer === null) return false;
  const { status, headers, body } = answer as Partial<Response>;
  const isBody = body === null || typeof body?.getReader === "function";
  return typeof status === "number" && typeof headers?.[Symbol.iterator] === "function" && isBody;
}

/** What the handler announced; the body is checked against it as it is sent. */
function lengthOf(headers: Headers): number {
  const text = headers.get("content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

function describe(answer: unknown): string {
  if (typeof answer !== "object" || answer === null) return String(answer);
  return `an object of ${answer.constructor?.name ?? "no class"}`;
}
