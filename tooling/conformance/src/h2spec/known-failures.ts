/** A case of h2spec that fails for a reason that is no fault of the proxy. */
export interface KnownFailure {
  /** As h2spec names it: section and number. */
  readonly id: string;
  readonly reason: string;
  /** Fails on cleartext only. */
  readonly cleartextOnly?: boolean;
}

export const knownFailures: readonly KnownFailure[] = [
  {
    id: "http2/3.5/2",
    cleartextOnly: true,
    reason:
      "the port speaks HTTP/1.1, too: `INVALID CONNECTION PREFACE` is a request line that is refused with `HTTP/1.1 400` and a close, which h2spec cannot read",
  },
];
