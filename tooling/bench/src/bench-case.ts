/** What the load program speaks: HTTP/1.1, which clients may speak over TLS, or Thrift in one of two framings. */
export type LoadProtocol = "http" | "https" | "framed" | "ttheader";

/** What h2load speaks: HTTP/2 in cleartext, without asking (prior knowledge), or over TLS. */
export type H2loadProtocol = "h2c" | "h2";

/** One kind of load. */
export interface BenchCase {
  readonly protocol: LoadProtocol | H2loadProtocol;
  /** Of each answer; a Thrift call carries as much. */
  readonly bodyBytes: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly depth: number;
}

/** A size as people write it: `1 KiB`. */
const sizeText = (bytes: number): string =>
  bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`;

const loadText = ({ connections, depth }: BenchCase, inFlight = "calls"): string =>
  `${connections.toLocaleString("en")} connections${depth === 1 ? "" : ` × ${depth} ${inFlight}`}`;

/** `1 KiB bodies, 64 connections`, or `TTHeader, 128 B, 64 connections × 16 calls`. */
export function caseText(benchCase: BenchCase): string {
  const size = sizeText(benchCase.bodyBytes);
  switch (benchCase.protocol) {
    case "http":
    case "https":
      return `${size} bodies, ${loadText(benchCase)}`;
    case "h2c":
      return `cleartext, ${size} bodies, ${loadText(benchCase, "streams")}`;
    case "h2":
      return `TLS, ${size} bodies, ${loadText(benchCase, "streams")}`;
    case "framed":
      return `framed, ${size}, ${loadText(benchCase)}`;
    case "ttheader":
      return `TTHeader, ${size}, ${loadText(benchCase)}`;
    default: {
      const never: never = benchCase.protocol;
      throw new TypeError(`unknown protocol ${never}`);
    }
  }
}
