/** How large a head may be. */
export interface HeadLimits {
  /** First line, fields and line ends; more is refused with 431. */
  readonly maxHeadBytes: number;
  /** More fields are refused with 431. */
  readonly maxFields: number;
  /** A longer request target is refused with 414. */
  readonly maxTargetBytes: number;
}

const defaultHeadLimits: HeadLimits = { maxHeadBytes: 32_768, maxFields: 128, maxTargetBytes: 16_384 };

/** The limits with defaults for what is not given. */
export const resolveHeadLimits = (limits: Partial<HeadLimits> = {}): HeadLimits => ({
  maxHeadBytes: limits.maxHeadBytes ?? defaultHeadLimits.maxHeadBytes,
  maxFields: limits.maxFields ?? defaultHeadLimits.maxFields,
  maxTargetBytes: limits.maxTargetBytes ?? defaultHeadLimits.maxTargetBytes,
});
