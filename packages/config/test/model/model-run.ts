import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { createWorkerManager, type WorkerManager, type WorkerMode } from "@monolake/core";
import { eventually, freePort, rawClient } from "@monolake/test-kit";
import { createReloader, createTextSource, type Site } from "../../src/index.ts";
import { control, listen, type Ports, service, siteNames, type WantedSite } from "./real-sites.ts";
import { Sequence } from "./sequence.ts";
import type { Step } from "./steps.ts";

/** A manager with real workers and sockets, and what a sequence does to it. */
export class ModelRun implements AsyncDisposable {
  readonly #manager: WorkerManager;
  readonly #ports: Ports;
  readonly #busy: Server;
  readonly #controlPort: number;
  /** Workers that crashed and have no successor yet. */
  readonly #missing = new Set<number>();
  /** Those of them whose successor is not on the way yet. */
  readonly #pausing = new Set<number>();
  /** Workers that ended, in order: not those that serve on until they are replaced. */
  readonly #ended: number[] = [];
  #deaths = 0;

  private constructor(manager: WorkerManager, places: { ports: Ports; busy: Server; controlPort: number }) {
    this.#manager = manager;
    this.#ports = places.ports;
    this.#busy = places.busy;
    this.#controlPort = places.controlPort;
    manager.subscribe((event) => {
      if (event.type === "ready") this.#missing.delete(event.workerId);
      if (event.type === "spawned") this.#pausing.delete(event.workerId);
      if (event.type !== "crashed") return;
      this.#missing.add(event.workerId);
      this.#pausing.add(event.workerId);
      this.#deaths += 1;
      if (event.reason !== "uncaught") this.#ended.push(event.workerId);
    });
  }

  static async start(mode: WorkerMode): Promise<ModelRun> {
    const manager = await createWorkerManager({
      mode,
      runtime: { workerThreads: 2 },
      graceMs: 0,
      drainMs: 60_000,
    });
    const ports = new Map<string, readonly [number, number]>();
    for (const name of siteNames) ports.set(name, [await freePort(), await freePort()]);
    const busy = createServer().listen(0, "127.0.0.1");
    await once(busy, "listening");
    const run = new ModelRun(manager, { ports, busy, controlPort: await freePort() });
    const command = { type: "prepare-and-commit", site: control, service: service(control) } as const;
    (await manager.dispatch({ ...command, listen: listen(run.#controlPort) })).throwIfFailed();
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#busy.close();
    await this.#manager.close();
  }

  /** Does the steps of one sequence, compares after each of them, and leaves nothing behind. */
  async sequence(steps: readonly Step[]): Promise<void> {
    const source = createTextSource("{}", "model.json");
    const reloader = await createReloader({
      manager: this.#manager,
      source,
      read: ({ files: [{ text }] }) => this.#read(text),
    });
    const one = new Sequence(this, reloader, source.set);
    try {
      for (const step of steps) await one.step(step);
      await this.settle();
      await one.check();
    } finally {
      await one.end();
      await reloader.close();
    }
    await eventually(async () => {
      const left = (await this.#manager.stats()).filter(
        ({ sites, connections, services }) => sites.length !== 1 || connections !== 0 || services !== 1,
      );
      if (left.length > 0) throw new Error(`not back where it began: ${JSON.stringify(left)}`);
      return true;
    });
  }

  /** Waits until every worker that died has a successor: one that died often has to wait for it, for up to 10 seconds. */
  settle(): Promise<boolean> {
    return eventually(() => !this.unsettled, { timeoutMs: 30_000 });
  }

  get manager(): WorkerManager {
    return this.#manager;
  }

  /** Whether a worker that died has no successor yet. */
  get unsettled(): boolean {
    return this.#missing.size > 0;
  }

  /** Whether a worker that died has no successor yet, and none on the way, which a command would wait for. */
  get pausing(): boolean {
    return this.#pausing.size > 0;
  }

  /** Workers that ended, with their connections, since it was asked last. */
  takeEnded(): number[] {
    return this.#ended.splice(0);
  }

  portOf(site: string, index: number): number {
    return this.#ports.get(site)?.[index] as number;
  }

  get busyPort(): number {
    const address = this.#busy.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Has a worker die; false when none by that number answered. */
  async crash(worker: number, how: "exit" | "throw"): Promise<boolean> {
    const deaths = this.#deaths;
    for (let tries = 0; tries < 50; tries += 1) {
      const client = await rawClient({ host: "127.0.0.1", port: this.#controlPort }).catch(() => undefined);
      const greeting = await client?.readUntil("\n").catch(() => "");
      const [, id] = greeting?.trim().split(" ") ?? [];
      if (id === String(worker)) await client?.write(`${how}\n`).catch(() => {});
      if (id === String(worker)) {
        await eventually(() => this.#deaths > deaths);
        if (how === "throw") await client?.[Symbol.asyncDispose]();
        return true;
      }
      await client?.[Symbol.asyncDispose]();
    }
    return false;
  }

  #read(text: string) {
    const wanted = JSON.parse(text) as Record<string, WantedSite>;
    const sites = new Map<string, Site>();
    for (const [name, { label, port, ...faults }] of Object.entries(wanted))
      sites.set(name, { service: service(label, faults), listen: listen(port) });
    return { type: "valid" as const, sites };
  }
}
