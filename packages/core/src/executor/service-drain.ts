import { drainChain, type SharedService } from "@monolake/service-async";
import { GracePeriodOverError } from "../errors.ts";
import { maxTimerMs } from "../time-limit.ts";
import type { InFlightConnections } from "./in-flight.ts";
import type { SiteService } from "./serve.ts";

/** How the connections of a service ended that was removed, moved or drained. */
export interface DrainReport {
  readonly site: string;
  /** Connections that it had when it was asked to drain. */
  readonly connections: number;
  /** Those of them that were still open at the deadline, and were broken. */
  readonly broken: number;
  readonly durationMs: number;
}

/** How {@link ServiceDrain} ends connections. */
export interface ServiceDrainOptions {
  readonly connections: InFlightConnections;
  readonly drainMs: number;
  readonly onDrained: (report: DrainReport) => void;
}

/** Ends the connections of single services: politely, and when their time is over in any case. */
export class ServiceDrain {
  readonly #options: ServiceDrainOptions;

  constructor(options: ServiceDrainOptions) {
    this.#options = options;
  }

  /** Asks a service to drain; returns at once. Its end is reported. The caller still holds it. */
  begin(site: string, shared: SharedService<SiteService>): void {
    const { connections, drainMs, onDrained } = this.#options;
    const { service } = shared;
    const startMs = performance.now();
    const count = connections.countOf(service);
    drainChain(service);
    let broken = 0;
    const deadline = setTimeout(
      () => {
        broken = connections.destroyOf(service, new GracePeriodOverError({ graceMs: drainMs }));
      },
      Math.min(drainMs, maxTimerMs),
    );
    deadline.unref();
    const ended = () => {
      clearTimeout(deadline);
      onDrained({ site, connections: count, broken, durationMs: Math.round(performance.now() - startMs) });
    };
    // Whoever counts the services logs a failure.
    shared.ended.then(ended, ended);
  }
}
