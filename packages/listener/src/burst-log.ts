import type { ListenerLogger } from "./listener.ts";

/** Why a connection was closed as soon as it was accepted. */
export type DropReason = "max-connections" | "descriptors" | "not-taken";

const messages: Record<DropReason, string> = {
  "max-connections": "closing new connections: as many are open as max_connections allows",
  descriptors: "closing new connections: the process is about to run out of file descriptors",
  "not-taken": "closing new connections: as many wait to be taken as the backlog allows",
};

interface Burst {
  total: number;
  sinceTick: number;
}

/** Says once when connections begin to be dropped and once, with their number, when that ends. */
export class BurstLog {
  readonly #logger: ListenerLogger;
  readonly #address: string;
  readonly #bursts = new Map<DropReason, Burst>();

  constructor(logger: ListenerLogger, address: string) {
    this.#logger = logger;
    this.#address = address;
  }

  /** One more connection was dropped. */
  dropped(reason: DropReason): void {
    const burst = this.#bursts.get(reason);
    if (burst !== undefined) {
      burst.total += 1;
      burst.sinceTick += 1;
      return;
    }
    this.#bursts.set(reason, { total: 1, sinceTick: 1 });
    this.#logger.warn({ address: this.#address, reason }, messages[reason]);
  }

  /** To be called every second or so: a burst is over when none was dropped since the last call. */
  tick(): void {
    for (const [reason, burst] of this.#bursts) {
      if (burst.sinceTick === 0) {
        this.#bursts.delete(reason);
        const fields = { address: this.#address, reason, connections: burst.total };
        this.#logger.info(fields, "no new connections had to be closed for a second");
      }
      burst.sinceTick = 0;
    }
  }
}
