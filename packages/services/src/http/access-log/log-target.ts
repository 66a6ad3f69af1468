/** Where the lines of an access log go. */
export interface LogTarget {
  /** For messages: the path, or `stdout`. */
  readonly name: string;
  /** Makes it ready; a second call does nothing. Throws ERR_ACCESS_LOG_OPEN. */
  readonly open: () => Promise<void>;
  /**
   * Appends whole lines. The bytes belong to the target until the promise settles. Rejects when not all of them could be
   * written.
   */
  readonly append: (bytes: Buffer) => Promise<void>;
  readonly close: () => Promise<void>;
}
