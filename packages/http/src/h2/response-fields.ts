import type { ResponseHeadReader } from "../head/head-reader.ts";
import type { ResponseHead } from "../head/response-head.ts";
import { latin1Write } from "../headers/latin1.ts";
import { statusText } from "../message/status-text.ts";

const threeDigits = /^\d{3}$/;
let scratch: Buffer = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Reads the fields of a response by the rules of HTTP/1.1, as `readRequestFields` does for requests. Undefined for what would be
 * something else there. Throws ERR_HTTP_RESPONSE_HEAD.
 */
export function readResponseFields(
  fields: readonly string[],
  reader: ResponseHeadReader,
): ResponseHead | undefined {
  let lines = "";
  let status = "";
  let count = 0;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] as string;
    if (name === ":status") {
      if (status !== "") return undefined;
      status = fields[at + 1] as string;
      // A blank would make a reason of what follows.
      if (!threeDigits.test(status)) return undefined;
    } else {
      lines += `${name}: ${fields[at + 1]}\r\n`;
      count += 1;
    }
  }
  const text = `HTTP/1.1 ${status} ${statusText(Number(status))}\r\n${lines}\r\n`;
  if (scratch.length < text.length) scratch = Buffer.allocUnsafeSlow(text.length);
  const written = scratch.subarray(0, latin1Write(scratch, text, 0));
  // What may be left of a head that was refused before.
  reader.reset();
  const head = reader.read(written, 0);
  const whole = head !== undefined && head.bytes === written.length && head.headers.size === count;
  return whole ? head : undefined;
}
