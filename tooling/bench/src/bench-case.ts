/** One kind of load. */
export interface BenchCase {
  readonly bodyBytes: number;
  readonly connections: number;
}

/** A size as people write it: `1 KiB`. */
const sizeText = (bytes: number): string =>
  bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`;

/** `1 KiB bodies, 64 connections`. */
export const caseText = ({ bodyBytes, connections }: BenchCase): string =>
  `${sizeText(bodyBytes)} bodies, ${connections.toLocaleString("en")} connections`;
