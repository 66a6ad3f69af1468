import { InvalidRequestError } from "../errors.ts";
import type { HttpRequest } from "../message/request.ts";

const methodForbidden = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
/** Visible ASCII and Latin-1: anything else would end the request line, or become something else as a byte. */
const targetForbidden = /[^\x21-\x7e\x80-\xff]/;

/** Throws ERR_HTTP_INVALID_REQUEST for a method or target that would be another request on the wire. */
export function checkRequestLine({ method, target, judgedTarget }: HttpRequest): void {
  if (method !== "GET" && (method === "" || methodForbidden.test(method))) {
    throw new InvalidRequestError({ what: `its method is ${JSON.stringify(method)}` });
  }
  if (method === "CONNECT") throw new InvalidRequestError({ what: "CONNECT is not supported" });
  if (target !== judgedTarget && (target === "" || targetForbidden.test(target))) {
    throw new InvalidRequestError({ what: `its target is ${JSON.stringify(target)}` });
  }
}
