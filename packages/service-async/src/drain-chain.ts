import { chainOf } from "./previous-service.ts";

/** A service that can end politely what it still does: finish what was begun, and tell its peers to begin nothing more. */
export interface Drainable {
  /** Begins to end; returns at once. May be called more than once. */
  drain(): void;
}

/**
 * Asks every service of a chain that can drain to begin, from the outside in. Whoever called the chain waits for the
 * calls under way to end, and sets the limit to that. A service that fails to drain keeps no other from it.
 */
export function drainChain(service: unknown): void {
  for (const member of chainOf(service)) {
    const { drain } = member as Partial<Drainable>;
    if (typeof drain !== "function") continue;
    try {
      drain.call(member);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : `drain threw ${String(error)}`);
    }
  }
}
