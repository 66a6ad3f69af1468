import type { ConformanceCase } from "../../cases/conformance-case.ts";

/** A request as an upstream read it. */
export interface ReadRequest {
  /** Method and target, as they stand in the request line; `undefined` where the upstream refused it and does not say. */
  readonly line: string | undefined;
  /** Of its body, without framing; `undefined` where the upstream does not say. */
  readonly bodyBytes: number | undefined;
  /** `undefined`: the upstream refused it and did not say whether there was more to come. */
  readonly complete: boolean | undefined;
}

/** One upstream for one case at a time. */
export interface ReaderLane {
  readonly port: number;
  /** Forgets what it read. */
  readonly begin: (one: ConformanceCase) => Promise<void>;
  /** Whatever the case wants: from now on it answers plainly. */
  readonly answerPlainly?: () => void;
  /** What it has read since, in any order. */
  readonly read: () => Promise<readonly ReadRequest[]>;
}

/** Upstreams of one make. */
export interface Reader extends AsyncDisposable {
  readonly title: string;
  readonly lanes: readonly ReaderLane[];
}

/** Starts upstreams of one make. */
export interface ReaderKind {
  readonly title: string;
  /** A program of the machine. */
  readonly program?: string;
  readonly start: (lanes: number) => Promise<Reader>;
}
