/** What a message may be at most. */
export interface ThriftLimits {
  /** Of a whole message with everything around it. Default 16 MiB; never more than 1 GiB, which a length cannot say. */
  readonly maxFrameBytes?: number;
  /** Of a TTHeader. Default 262,140: all that its format allows. */
  readonly maxHeaderBytes?: number;
  /** Structures and containers within each other, where a message is walked. Default 64. */
  readonly maxDepth?: number;
}

/** Limits with every default filled in. */
export type ResolvedThriftLimits = Required<ThriftLimits>;

/** What the length of a frame can say at most: the two bits above would make it look like something else. */
const longestFrameBytes = 0x3fff_ffff;
/** The size of a TTHeader counts words in 16 bits. */
export const longestHeaderBytes = 4 * 0xffff;

/** Fills in the defaults. */
export const resolveThriftLimits = (limits: ThriftLimits): ResolvedThriftLimits => ({
  maxFrameBytes: Math.min(limits.maxFrameBytes ?? 16 * 1024 * 1024, longestFrameBytes),
  maxHeaderBytes: Math.min(limits.maxHeaderBytes ?? longestHeaderBytes, longestHeaderBytes),
  maxDepth: limits.maxDepth ?? 64,
});
