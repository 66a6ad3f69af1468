import type { WaitQueue } from "./wait-queue.ts";

/** All connections to one target. */
export interface Bucket<Connection> {
  readonly key: string;
  /** In use, idle or being opened. */
  open: number;
  idle: number;
  /** The idle connection that was used last, and its way to the one that was used longest ago. */
  newest: Slot<Connection> | undefined;
  oldest: Slot<Connection> | undefined;
  /** Made when somebody has to wait for the first time. */
  waiting: WaitQueue<Connection> | undefined;
}

/**
 * One connection of a pool. While idle it is a link of two chains, that of its target and that of the whole pool, both in the
 * order of use: so every step of the pool takes the same short time, however many there are.
 */
export interface Slot<Connection> {
  readonly connection: Connection;
  readonly bucket: Bucket<Connection>;
  idle: boolean;
  idleSinceMs: number;
  newerInBucket: Slot<Connection> | undefined;
  olderInBucket: Slot<Connection> | undefined;
  newer: Slot<Connection> | undefined;
  older: Slot<Connection> | undefined;
}

/** A target without connections. */
export function createBucket<Connection>(key: string): Bucket<Connection> {
  return { key, open: 0, idle: 0, newest: undefined, oldest: undefined, waiting: undefined };
}

/** A connection that is in use. */
export function createSlot<Connection>(connection: Connection, bucket: Bucket<Connection>): Slot<Connection> {
  return {
    connection,
    bucket,
    idle: false,
    idleSinceMs: 0,
    newerInBucket: undefined,
    olderInBucket: undefined,
    newer: undefined,
    older: undefined,
  };
}
