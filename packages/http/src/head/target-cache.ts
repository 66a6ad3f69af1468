import { latin1Slice } from "../headers/latin1.ts";

const entries = 256;
/** Longer targets are rarely seen twice. */
const longestKept = 64;
const kept: string[] = new Array<string>(entries).fill("");

/**
 * The target as a string. Clients ask for the same few targets again and again: those they asked for last are kept, one
 * for each place in the table, because comparing bytes is cheaper than making a string, and a string that is used
 * again also keeps its hash for whoever looks it up.
 */
export function targetAt(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > longestKept) return latin1Slice(bytes, start, end);
  const last = bytes[end - 1] as number;
  const beforeLast = bytes[end - 2] as number;
  const middle = bytes[start + (length >>> 1)] as number;
  const place = (length + 7 * last + 31 * beforeLast + 61 * middle) & (entries - 1);
  const target = kept[place] as string;
  if (isAt(bytes, start, length, target)) return target;
  const made = latin1Slice(bytes, start, end);
  kept[place] = made;
  return made;
}

function isAt(bytes: Buffer, start: number, length: number, target: string): boolean {
  if (target.length !== length) return false;
  for (let at = 0; at < length; at++) {
    if (bytes[start + at] !== target.charCodeAt(at)) return false;
  }
  return true;
}
