import { latin1Slice } from "../headers/latin1.ts";
import { headScanner, longestPlacedTarget } from "./head-scanner.ts";

/** By the scanner's place for their bytes. */
const kept: string[] = new Array<string>(256).fill("");

/**
 * A target that was just scanned, as a string. Clients ask for the same few targets again and again: those they asked for last are
 * kept, because comparing bytes is cheaper than making a string, and a string that is used again also keeps its hash for whoever looks
 * it up.
 */
export function scannedTarget(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > longestPlacedTarget) return latin1Slice(bytes, start, end);
  const place = headScanner.placeTarget(start, length);
  if (place >= 0) return kept[place] as string;
  const made = latin1Slice(bytes, start, end);
  kept[-1 - place] = made;
  return made;
}
