/** How large a head may be. */
export interface HeadLimits {
  /** First line, fields and line ends; more is refused with 431. */
  readonly maxHeadBytes: number;
  /** More fields are refused with 431. */
  readonly maxFields: number;
  /** A longer request target is refused with 414. */
  readonly maxTargetBytes: number;
}

/** {@link HeadLimits} of which some are left to their defaults. */
type PartialHeadLimits = { readonly [Limit in keyof HeadLimits]?: number | undefined };

const defaultHeadLimits: HeadLimits = { maxHeadBytes: 32_768, maxFields: 128, maxTargetBytes: 16_384 };

/** The limits with defaults for what is not given; what is complete already serves as it is, for any number of readers. */
export function resolveHeadLimits(limits: PartialHeadLimits = defaultHeadLimits): HeadLimits {
  if (isComplete(limits)) return limits;
  return {
    maxHeadBytes: limits.maxHeadBytes ?? defaultHeadLimits.maxHeadBytes,
    maxFields: limits.maxFields ?? defaultHeadLimits.maxFields,
    maxTargetBytes: limits.maxTargetBytes ?? defaultHeadLimits.maxTargetBytes,
  };
}

const isComplete = (limits: PartialHeadLimits): limits is HeadLimits =>
  limits.maxHeadBytes !== undefined && limits.maxFields !== undefined && limits.maxTargetBytes !== undefined;
