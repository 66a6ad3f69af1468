import { MessageChannel, Worker } from "node:worker_threads";
import { CoreClosedError, WorkerDiedError } from "./errors.ts";
import type { WorkerOptions } from "./inline-worker.ts";
import { writeLogRecord } from "./log-record.ts";
import type { ManagedWorker } from "./managed-worker.ts";
import { MessageLink } from "./message-link.ts";
import { settledWithin } from "./time-limit.ts";
import type { WorkerRequestName, WorkerRequests, WorkerThreadData } from "./worker-protocol.ts";

/** What a worker in a thread needs besides. */
export interface ThreadWorkerOptions extends WorkerOptions {
  /** Called once, when the thread ends although nobody asked it to. */
  readonly onDeath: (error: WorkerDiedError) => void;
}

/** Beyond the grace period: what an executor may need to break connections and dispose services. */
const closeLimitMs = 12_000;

/** The entry file lies beside this one, as a source or built. */
const entryUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./worker-entry.ts" : "./worker-entry.js",
  import.meta.url,
);

/** A worker in a thread of its own. */
export class ThreadWorker implements ManagedWorker {
  readonly id: number;
  readonly #options: ThreadWorkerOptions;
  readonly #thread: Worker;
  readonly #link: MessageLink<WorkerRequests>;
  readonly #exited: Promise<void>;
  #fatalError: unknown;
  #alive = true;
  #closed: Promise<void> | undefined;

  constructor(options: ThreadWorkerOptions) {
    const { id, count, logger, logLevel } = options;
    const { port1, port2 } = new MessageChannel();
    const workerData: WorkerThreadData = { port: port2, workerId: id, workerCount: count, logLevel };
    this.id = id;
    this.#options = options;
    this.#thread = new Worker(entryUrl, {
      name: `monolake-worker-${id}`,
      workerData,
      transferList: [port2],
    });
    this.#link = new MessageLink({ port: port1, onLog: (record) => writeLogRecord(record, id, logger) });
    this.#thread.on("error", (error) => {
      this.#fatalError = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#thread.once("exit", (exitCode) => {
        this.#onExit(exitCode);
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  request<Name extends WorkerRequestName>(
    name: Name,
    input: WorkerRequests[Name]["input"],
  ): Promise<WorkerRequests[Name]["output"]> {
    return this.#link.request(name, input);
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    if (this.#alive) {
      const limitMs = graceMs + closeLimitMs;
      // A thread that is stuck in a loop answers nothing.
      if (!(await settledWithin(this.#link.request("close", { graceMs }), limitMs)))
        this.#options.logger.warn({ worker: this.id, limitMs }, "the worker did not answer the stop signal");
      this.#alive = false;
      await this.#thread.terminate();
    }
    await this.#exited;
  }

  #onExit(exitCode: number): void {
    const expected = !this.#alive;
    this.#alive = false;
    if (expected) {
      this.#link.fail(new CoreClosedError({ what: "worker manager" }));
      return;
    }
    const cause = this.#fatalError;
    const error = new WorkerDiedError({ workerId: this.id, exitCode, ...(cause !== undefined && { cause }) });
    this.#link.fail(error);
    this.#options.onDeath(error);
  }
}
