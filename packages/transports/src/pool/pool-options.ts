/** What a pool holds at most, and for how long. Times are milliseconds. */
export interface PoolLimits {
  /** Connections to one target, in use or idle. Default: no limit. */
  readonly maxConnections?: number;
  /** Callers of `acquire` that wait for one target when all of its connections are in use. Default 1,024. */
  readonly maxWaiting?: number;
  /** How long each of them waits. Default 3,000. */
  readonly waitTimeoutMs?: number;
  /** Idle connections to one target; beyond it the oldest is closed. Default 1,024. */
  readonly maxIdlePerKey?: number;
  /** Idle connections to all targets; beyond it the oldest is closed. Default 16,384. */
  readonly maxIdle?: number;
  /** How long a connection stays idle before it is closed, or up to a thirty-second part less; keep it below what upstreams allow. Default 50,000. */
  readonly idleTimeoutMs?: number;
}

/** {@link PoolLimits} with the defaults filled in. */
export type ResolvedPoolLimits = Required<PoolLimits>;

/** How a pool treats its connections. */
export interface PoolOptions<in Connection> extends PoolLimits {
  /** Closes a connection for good. */
  readonly close: (connection: Connection) => void;
  /** A look at an idle connection before it is used again; one that is not fit is closed. Default: all are. */
  readonly isReusable?: (connection: Connection) => boolean;
}

/** What a caller of `acquire` says. */
export interface AcquireOptions {
  /** The caller does not wait any longer for a connection to become free; opening one is up to `open`. */
  readonly signal?: AbortSignal;
}

const defaults: ResolvedPoolLimits = {
  maxConnections: Number.POSITIVE_INFINITY,
  maxWaiting: 1_024,
  waitTimeoutMs: 3_000,
  maxIdlePerKey: 1_024,
  maxIdle: 16_384,
  idleTimeoutMs: 50_000,
};

/** Fills in `current` (the defaults, if none are given) where `limits` says nothing. Throws RangeError for limits that make no sense. */
export function resolvePoolLimits(
  limits: PoolLimits,
  current: ResolvedPoolLimits = defaults,
): ResolvedPoolLimits {
  const resolved: Record<string, number> = {};
  for (const name of Object.keys(defaults) as (keyof PoolLimits)[]) {
    const value = limits[name] ?? current[name];
    const least = name === "maxConnections" ? 1 : 0;
    if (!(value >= least)) throw new RangeError(`${name}: expected a number from ${least}, found ${value}`);
    resolved[name] = value;
  }
  return resolved as unknown as ResolvedPoolLimits;
}
