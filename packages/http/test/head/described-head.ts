import type { RequestHead } from "../../src/head/request-head.ts";
import type { ResponseHead } from "../../src/head/response-head.ts";

/** A head as plain data, to be compared. */
export const describeHead = (head: RequestHead | ResponseHead): object => {
  const { headers, ...rest } = head;
  return { ...rest, size: headers.size, knownMask: headers.knownMask, fields: [...headers] };
};

export const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
