import { addListElements, addTokens } from "../headers/comma-list.ts";
import { upgradeId } from "../headers/known-fields.ts";
import { latin1Slice } from "../headers/latin1.ts";

/**
 * What the fields of one head say about its framing and its connection. There is one object of this class, filled
 * while a head is read and emptied before the next: a head is read in one go, so nothing else can come between.
 */
class FramingFields {
  /** -1 when there is none. */
  contentLength = -1;
  chunked = false;
  /** A transfer coding other than chunked was named. */
  codingUnknown = false;
  connectionClose = false;
  connectionKeepAlive = false;
  connectionUpgrade = false;
  connectionOptions: string[] | undefined = undefined;
  expectContinue = false;
  knownMask = 0;
  count = 0;
  /** A field name has another character than letters, digits and `-`. */
  ambiguousName = false;

  /** There is an Upgrade field, and Connection names it. */
  get upgrade(): boolean {
    return this.connectionUpgrade && ((this.knownMask >>> upgradeId) & 1) !== 0;
  }

  reset(): void {
    this.contentLength = -1;
    this.chunked = false;
    this.codingUnknown = false;
    this.connectionClose = false;
    this.connectionKeepAlive = false;
    this.connectionUpgrade = false;
    this.connectionOptions = undefined;
    this.expectContinue = false;
    this.knownMask = 0;
    this.count = 0;
    this.ambiguousName = false;
  }
}

export type { FramingFields };
export const framing: FramingFields = new FramingFields();

/** Whether the bytes are `name`, given in lower case with letters and hyphens only, in any case. */
const isWord = (bytes: Uint8Array, start: number, name: string): boolean => {
  for (let at = 0; at < name.length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== name.charCodeAt(at)) return false;
  }
  return true;
};

/** Notes the value of a Connection field (RFC 9110 7.6.1). */
export function noteConnection(bytes: Buffer, start: number, end: number): void {
  const length = end - start;
  if (length === 10 && isWord(bytes, start, "keep-alive")) framing.connectionKeepAlive = true;
  else if (length === 5 && isWord(bytes, start, "close")) framing.connectionClose = true;
  else if (length === 7 && isWord(bytes, start, "upgrade")) framing.connectionUpgrade = true;
  else {
    const options: string[] = [];
    addTokens(latin1Slice(bytes, start, end), options);
    for (const option of options) noteOption(option);
  }
}

function noteOption(option: string): void {
  if (option === "close") framing.connectionClose = true;
  else if (option === "keep-alive") framing.connectionKeepAlive = true;
  else if (option === "upgrade") framing.connectionUpgrade = true;
  else {
    framing.connectionOptions ??= [];
    framing.connectionOptions.push(option);
  }
}

/** Notes the value of an Expect field (RFC 9110 10.1.1): a list, of which nearly always this is all. */
export function noteExpect(bytes: Buffer, start: number, end: number): void {
  if (end - start === 12 && isWord(bytes, start, "100-continue")) framing.expectContinue = true;
  else {
    const expectations: string[] = [];
    addListElements(latin1Slice(bytes, start, end), expectations);
    framing.expectContinue ||= expectations.some((one) => one.toLowerCase() === "100-continue");
  }
}

/** The number of 1 to 15 digits, so that it is exact; -1 for anything else. */
export function contentLengthOf(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > 15) return -1;
  let length = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

/** Whether a value is exactly `chunked`, in lower case. */
export const isChunked = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === 7 &&
  bytes[start] === 0x63 &&
  bytes[start + 1] === 0x68 &&
  bytes[start + 2] === 0x75 &&
  bytes[start + 3] === 0x6e &&
  bytes[start + 4] === 0x6b &&
  bytes[start + 5] === 0x65 &&
  bytes[start + 6] === 0x64;
