/** What the RFCs say about a case; `policy` where they leave a choice, and strict refuses. */
export type Level = "MUST" | "SHOULD" | "MAY" | "policy";

/** One step of a client after its first bytes. */
export interface ClientStep {
  readonly waitMs?: number;
  /** Latin-1, with macros. */
  readonly send?: string;
  readonly fin?: boolean;
}

/** What the scripted upstream does with one request. Left out: it answers 200 with the body `ok`. */
export interface UpstreamStep {
  /** Raw bytes, when the request is complete. */
  readonly reply?: string;
  /** Raw bytes, as soon as the request's head is there. */
  readonly onHead?: string;
  readonly delayMs?: number;
  /** Sends the reply byte by byte with this gap. */
  readonly trickleMs?: number;
  /** What it does with the connection behind the reply. */
  readonly end?: "fin" | "rst";
  /** Never answers. */
  readonly hang?: boolean;
  /** Closes without an answer when the request is not the first one on its connection. */
  readonly reuseClose?: boolean;
  /** After the reply the connection is a tunnel; this is the answer to its first bytes. */
  readonly tunnel?: string;
}

/** What happens to the client's connection: see `connectionProblem`. */
export type ConnectionFate = "close" | "keep" | "any" | "closeIf200";

/** What must be seen on both sides. Texts are regular expressions; a leading `(?i)` sets flags. */
export interface Expectation {
  /** Allowed status of the first response; `null`: none came. */
  readonly status?: readonly (number | null)[];
  /** Of all responses in order. */
  readonly statuses?: readonly (number | null)[];
  readonly conn?: ConnectionFate;
  /** Complete requests that the upstream has seen. */
  readonly upstream?: number;
  readonly upHas?: readonly string[];
  readonly upLacks?: readonly string[];
  readonly upHeadLacks?: readonly string[];
  readonly upRawLacks?: readonly string[];
  /** Bodies of all requests in order. */
  readonly upBody?: readonly string[];
  /** As `upBody`, unless the upstream saw no request. */
  readonly upBodyIfAny?: readonly string[];
  /** One expression for each request that the upstream saw, in order. */
  readonly upOrder?: readonly string[];
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  /** Bodies of all responses in order. */
  readonly bodies?: readonly string[];
  /** The connection becomes a tunnel behind a 101. */
  readonly raw101?: boolean;
  /** The client must be able to tell that a 200 is not whole. */
  readonly incomplete?: boolean;
}

/** One case: what a client sends on one connection, what the upstream answers, and what must be seen. */
export interface ConformanceCase {
  /** Its prefix up to the first hyphen is its group. */
  readonly name: string;
  /** Section of an RFC, or an attack. */
  readonly source: string;
  readonly level: Level;
  /** Latin-1, with macros. */
  readonly send: string;
  readonly then?: readonly ClientStep[];
  /** Sends byte by byte with this gap. */
  readonly trickleMs?: number;
  /** How long to watch. */
  readonly timeoutMs?: number;
  /** Methods of the requests in order, which frame the responses. */
  readonly methods?: readonly string[];
  /** First a plain request on another connection, so that an upstream connection is pooled. */
  readonly prime?: boolean;
  /** What the upstream then sends unasked on its idle connection. */
  readonly primePoison?: string;
  readonly upstreamScript?: readonly UpstreamStep[];
  readonly expect: Expectation;
  /** In compat mode, instead of `expect`. */
  readonly compat?: Expectation;
  readonly note?: string;
  readonly needs?: string;
}

/** Which outcomes count. */
export type Mode = "strict" | "compat";

/** What must be seen in a mode. */
export const expectationIn = (mode: Mode, { expect, compat }: ConformanceCase): Expectation =>
  mode === "compat" ? (compat ?? expect) : expect;

/** The prefix of a case's name. */
export const groupOf = ({ name }: ConformanceCase): string => name.slice(0, name.indexOf("-"));
