import type { Slot } from "./pool-slot.ts";

/** The idle connections of a pool, in the order of use, for the pool and for each target. */
export class IdleChain<Connection> {
  newest: Slot<Connection> | undefined;
  oldest: Slot<Connection> | undefined;
  size: number;

  constructor() {
    this.newest = undefined;
    this.oldest = undefined;
    this.size = 0;
  }

  /** Adds a connection that was in use until now. */
  add(slot: Slot<Connection>, nowMs: number): void {
    const { bucket } = slot;
    slot.idle = true;
    slot.idleSinceMs = nowMs;
    slot.older = this.newest;
    if (this.newest === undefined) this.oldest = slot;
    else this.newest.newer = slot;
    this.newest = slot;
    this.size += 1;
    slot.olderInBucket = bucket.newest;
    if (bucket.newest === undefined) bucket.oldest = slot;
    else bucket.newest.newerInBucket = slot;
    bucket.newest = slot;
    bucket.idle += 1;
  }

  /** Takes a connection out, wherever it stands. */
  remove(slot: Slot<Connection>): void {
    const { bucket, newer, older, newerInBucket, olderInBucket } = slot;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newerInBucket === undefined) bucket.newest = olderInBucket;
    else newerInBucket.olderInBucket = olderInBucket;
    if (olderInBucket === undefined) bucket.oldest = newerInBucket;
    else olderInBucket.newerInBucket = newerInBucket;
    slot.newer = undefined;
    slot.older = undefined;
    slot.newerInBucket = undefined;
    slot.olderInBucket = undefined;
    slot.idle = false;
    this.size -= 1;
    bucket.idle -= 1;
  }
}
