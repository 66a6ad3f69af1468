import { latin1Write } from "./latin1.ts";

/** Longest text that is written byte by byte: longer ones are faster with a call into the runtime, 25 to 40 ns. */
const longestByHand = 10;

/** Writes Latin-1 text to `into` from `at` on; where the next byte goes. The caller has made sure that it fits. */
export function encodeText(into: Buffer, at: number, text: string): number {
  const length = text.length;
  if (length > longestByHand) return at + latin1Write(into, text, at);
  for (let index = 0; index < length; index++) into[at + index] = text.charCodeAt(index);
  return at + length;
}

/** Writes `Name: value\r\n`. */
export function encodeLine(into: Buffer, at: number, name: string, value: string): number {
  at = encodeText(into, at, name);
  into[at] = 0x3a;
  into[at + 1] = 0x20;
  at = encodeText(into, at + 2, value);
  into[at] = 0x0d;
  into[at + 1] = 0x0a;
  return at + 2;
}

/** Writes a whole number from 0 on in decimal digits; cheaper than making a string of it. At most 16 bytes. */
export function encodeNumber(into: Buffer, at: number, value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  const end = at + digits;
  for (let index = end - 1; index >= at; index--) {
    const rest = Math.floor(value / 10);
    into[index] = 0x30 + (value - rest * 10);
    value = rest;
  }
  return end;
}
