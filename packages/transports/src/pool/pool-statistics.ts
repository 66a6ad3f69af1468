/** How a pool, or one target of it, stands. */
export interface PoolCounters {
  /** Connections in use, idle or being opened. */
  readonly open: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

/** What a pool has seen so far, beside how it stands. */
export interface PoolStatistics extends PoolCounters {
  /** How often an idle connection was there. */
  readonly hits: number;
  /** How often none was. */
  readonly misses: number;
}

/** Of a target that the pool does not know. */
export const noCounters: PoolCounters = { open: 0, idle: 0, waiting: 0 };
