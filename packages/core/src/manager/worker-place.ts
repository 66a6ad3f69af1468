import { asError } from "@monolake/errors";
import { CoreClosedError, WorkerDiedError, WorkerStartTimeoutError } from "../errors.ts";
import { settledWithin } from "../time-limit.ts";
import type { ManagedWorker } from "../workers/managed-worker.ts";
import type { HostEvent, WorkerEvent } from "../workers/worker-events.ts";
import type { StartInput } from "../workers/worker-protocol.ts";
import { type Backoff, createBackoff } from "./backoff.ts";

/** How a place makes a worker. */
export interface WorkerCallbacks {
  readonly generation: number;
  readonly onDeath: (error: WorkerDiedError) => void;
  readonly onEvent: (event: HostEvent) => void;
}

/** What a place goes by. */
export interface PlaceSettings {
  readonly start: StartInput;
  /** How long a worker may take to start. */
  readonly startLimitMs: number;
  /** How long the connections of a worker that leaves may go on. */
  readonly drainMs: number;
}

/** What a {@link WorkerPlace} needs of its manager. */
export interface WorkerPlaceOptions {
  readonly id: number;
  readonly create: (callbacks: WorkerCallbacks) => ManagedWorker;
  /** As they are now. */
  readonly settings: () => PlaceSettings;
  /** Brings a worker that has started to what is deployed, when no command is under way, and then calls `enter`. */
  readonly admit: (worker: ManagedWorker, enter: () => void) => Promise<void>;
  readonly report: (event: WorkerEvent) => void;
  /** Whether somebody is in service, or on the way there, may have changed. */
  readonly changed: () => void;
}

/** The place of one worker: who is in service there, who is on the way, and who leaves. */
export class WorkerPlace {
  readonly id: number;
  readonly #options: WorkerPlaceOptions;
  readonly #leaving = new Set<ManagedWorker>();
  readonly #backoff: Backoff = createBackoff();
  /** Threw outside of any call before it was in service. */
  readonly #doubtful = new WeakSet<ManagedWorker>();
  #worker: ManagedWorker | undefined;
  #candidate: ManagedWorker | undefined;
  #initOutput: unknown;
  #generation = 0;
  #attempt = 0;
  #replacing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #crashedAtMs = 0;
  #lastError: Error | undefined;
  #closed = false;

  constructor(options: WorkerPlaceOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** Who takes commands. */
  get worker(): ManagedWorker | undefined {
    return this.#worker?.alive === true ? this.#worker : undefined;
  }

  /** Whether somebody is on the way. */
  get starting(): boolean {
    return this.#candidate !== undefined;
  }

  /** Why nobody is in service. */
  get lastError(): Error {
    return this.#lastError ?? new CoreClosedError({ what: "worker manager" });
  }

  /** What the init hook gave in the worker that is in service. */
  get initOutput(): unknown {
    return this.#initOutput;
  }

  /** Puts another worker in service; the one before leaves. Rejects when it cannot start, with nothing changed. */
  async start(): Promise<void> {
    this.#attempt += 1;
    const startMs = performance.now();
    const candidate = this.#create();
    this.#candidate = candidate;
    this.#options.report({ type: "spawned", workerId: this.id, attempt: this.#attempt });
    try {
      const started = candidate.request("start", this.#options.settings().start);
      this.#initOutput = await this.#limited(started);
      await this.#options.admit(candidate, () => this.#enter(candidate, startMs));
    } catch (error) {
      void candidate.kill();
      this.#candidate = undefined;
      throw error;
    } finally {
      this.#options.changed();
    }
  }

  /**
   * Puts another worker in the place of the one in service, which drains; after a replacement that is under way. Rejects
   * when it cannot start: the one before serves on.
   */
  async replace(): Promise<void> {
    while (this.#replacing !== undefined) await this.#replacing;
    if (this.#closed) throw new CoreClosedError({ what: "worker manager" });
    clearTimeout(this.#retry);
    const started = this.start();
    this.#track(started.catch(() => {}));
    try {
      await started;
    } catch (error) {
      // It died meanwhile.
      if (this.#worker === undefined && !this.#closed) this.#replaceIn(this.#backoff.next());
      throw error;
    }
  }

  /** Rejects with {@link WorkerStartTimeoutError} when `answer` takes longer than a worker may take to start. */
  async #limited<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const limitMs = this.#options.settings().startLimitMs;
    if (await settledWithin(answer, limitMs)) return answer;
    throw new WorkerStartTimeoutError({ workerId: this.id, limitMs });
  }

  /** The place is no longer needed: whoever is here drains and ends. Never rejects. */
  async leave(): Promise<void> {
    const wasInService = this.#worker?.alive === true;
    await this.close(this.#options.settings().drainMs);
    if (wasInService) this.#options.report({ type: "retired", workerId: this.id, replaced: false });
  }

  /** Ends whoever is here. Never rejects. */
  async close(graceMs: number): Promise<void> {
    const closedBefore = this.#closed;
    this.#closed = true;
    clearTimeout(this.#retry);
    const candidate = this.#candidate?.kill();
    const worker = closedBefore ? undefined : this.#worker?.close(graceMs);
    const leaving = [...this.#leaving, ...(closedBefore && this.#worker ? [this.#worker] : [])];
    await Promise.all([candidate, worker, ...leaving.map((left) => endWithin(left, graceMs))]);
  }

  #create(): ManagedWorker {
    const generation = this.#generation;
    this.#generation += 1;
    const worker: ManagedWorker = this.#options.create({
      generation,
      onDeath: (error) => this.#died(worker, error),
      onEvent: (event) => this.#told(worker, event),
    });
    return worker;
  }

  #enter(candidate: ManagedWorker, startMs: number): void {
    const before = this.#worker;
    this.#worker = candidate;
    this.#candidate = undefined;
    this.#backoff.ready();
    this.#options.report({ type: "ready", workerId: this.id, afterMs: msSince(startMs) });
    if (before?.alive === true) this.#leave(before, true);
    if (this.#doubtful.has(candidate)) this.#told(candidate, { type: "uncaught" });
  }

  #leave(worker: ManagedWorker, replaced: boolean): void {
    this.#leaving.add(worker);
    void worker.close(this.#options.settings().drainMs).then(() => {
      this.#leaving.delete(worker);
      this.#options.report({ type: "retired", workerId: this.id, replaced });
    });
  }

  #died(worker: ManagedWorker, error: WorkerDiedError): void {
    // One that dies on the way in or out is nobody's loss: whoever waits for it hears of it.
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#crashed(error);
  }

  #told(worker: ManagedWorker, event: HostEvent): void {
    if (event.type === "drained") {
      this.#options.report({ type: "drained", workerId: this.id, ...event.report });
    } else if (worker !== this.#worker) this.#doubtful.add(worker);
    else if (this.#replacing === undefined) {
      this.#crashed(new WorkerDiedError({ workerId: this.id, exitCode: 0, reason: "uncaught" }));
    }
  }

  #crashed(error: WorkerDiedError): void {
    this.#lastError = error;
    this.#options.report({ type: "crashed", workerId: this.id, reason: error.reason, error });
    if (this.#closed || this.#replacing !== undefined) return;
    this.#attempt = 0;
    this.#crashedAtMs = performance.now();
    this.#replaceIn(this.#backoff.next());
  }

  #replaceIn(delayMs: number): void {
    const begin = () => this.#track(this.#tryToReplace());
    clearTimeout(this.#retry);
    if (delayMs === 0) begin();
    else this.#retry = setTimeout(begin, delayMs);
    this.#options.changed();
  }

  /** Nothing else begins before it is over. It never rejects. */
  #track(replacing: Promise<void>): void {
    this.#replacing = replacing.finally(() => {
      this.#replacing = undefined;
    });
  }

  async #tryToReplace(): Promise<void> {
    const { report } = this.#options;
    try {
      await this.start();
      const afterMs = msSince(this.#crashedAtMs);
      report({ type: "respawned", workerId: this.id, afterMs, attempt: this.#attempt });
    } catch (thrown) {
      if (this.#closed) return;
      const error = asError(thrown, "the worker failed");
      const retryInMs = this.#backoff.next();
      report({ type: "respawn-failed", workerId: this.id, attempt: this.#attempt, retryInMs, error });
      this.#replaceIn(retryInMs);
    }
  }
}

/** It has begun to leave before, perhaps with more time than there is now. */
async function endWithin(worker: ManagedWorker, graceMs: number): Promise<void> {
  if (!(await settledWithin(worker.close(graceMs), graceMs))) await worker.kill();
}

const msSince = (startMs: number): number => Math.round(performance.now() - startMs);
