import { latin1Slice } from "../headers/latin1.ts";
import { headScanner, longestKeptTarget } from "./head-scanner.ts";

/** By the scanner's place for their bytes. */
const kept: string[] = new Array<string>(256).fill("");

/**
 * A target that was just scanned, as a string. Clients ask for the same few targets again and again: those they asked for last are
 * kept, because comparing bytes is cheaper than making a string, and a string that is used again also keeps its hash for whoever looks
 * it up.
 */
export function scannedTarget(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > longestKeptTarget) return latin1Slice(bytes, start, end);
  const found = headScanner.findTarget(start, length);
  if (found >= 0) return kept[found] as string;
  const place = -1 - found;
  const made = latin1Slice(bytes, start, end);
  // The bytes last: whatever is thrown before leaves an empty place.
  kept[place] = made;
  headScanner.keepTarget(start, length, place);
  return made;
}
