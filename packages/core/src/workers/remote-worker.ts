import { CoreClosedError, WorkerDiedError } from "../errors.ts";
import { settledWithin } from "../time-limit.ts";
import { HeartbeatWatch } from "./heartbeat.ts";
import { writeLogRecord } from "./log-record.ts";
import type { ManagedWorker, WorkerOptions } from "./managed-worker.ts";
import { MessageLink } from "./message-link.ts";
import type { CarrierExit, StartCarrier, WorkerCarrier } from "./worker-carrier.ts";
import type { WorkerFigures } from "./worker-figures.ts";
import type { WorkerNews, WorkerRequestName, WorkerRequests } from "./worker-protocol.ts";

/** Beyond the grace period: what an executor may need to break connections and dispose services. */
const closeLimitMs = 12_000;
/** How long a thread or process may take to end when it is killed. One that is stuck in a system call stays. */
const killLimitMs = 5_000;

/** A worker in a thread or a process of its own, watched by its heartbeat. */
export class RemoteWorker implements ManagedWorker {
  readonly id: number;
  readonly #options: WorkerOptions;
  readonly #carrier: WorkerCarrier;
  readonly #link: MessageLink<WorkerRequests>;
  readonly #watch: HeartbeatWatch;
  readonly #gone: Promise<void>;
  #figures: WorkerFigures | undefined;
  #alive = true;
  #silent = false;
  #closed: Promise<void> | undefined;

  constructor(options: WorkerOptions, startCarrier: StartCarrier) {
    const { logger, onDeath: _onDeath, onEvent: _onEvent, onModule: _onModule, ...birth } = options;
    this.id = birth.workerId;
    this.#options = options;
    this.#carrier = startCarrier(birth);
    this.#link = new MessageLink({
      port: this.#carrier.port,
      onLog: (record) => writeLogRecord(record, this.id, logger),
      onNews: (news) => this.#receive(news as WorkerNews),
    });
    this.#watch = new HeartbeatWatch(birth.heartbeat, () => this.#fellSilent());
    this.#gone = this.#carrier.exited.then((exit) => this.#ended(exit));
  }

  get alive(): boolean {
    return this.#alive;
  }

  get figures(): WorkerFigures | undefined {
    return this.#figures;
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

  async kill(): Promise<void> {
    this.#alive = false;
    this.#watch.stop();
    this.#carrier.kill();
    if (await settledWithin(this.#gone, killLimitMs)) return;
    const fields = { worker: this.id, limitMs: killLimitMs };
    this.#options.logger.error(fields, "a worker cannot be ended: it is stuck in the system");
  }

  async #close(graceMs: number): Promise<void> {
    if (this.#alive) {
      const limitMs = graceMs + closeLimitMs;
      // A worker that is stuck in a loop answers nothing; its heartbeat ends it, or this limit.
      if (!(await settledWithin(this.#link.request("close", { graceMs }), limitMs)))
        this.#options.logger.warn({ worker: this.id, limitMs }, "the worker did not answer the stop signal");
      await this.kill();
    }
    await settledWithin(this.#gone, killLimitMs);
  }

  #receive(news: WorkerNews): void {
    this.#watch.beat();
    if (news.type === "alive") this.#figures = news.figures;
    else if (news.type === "loaded") this.#options.onModule(news.url);
    else this.#options.onEvent(news);
  }

  #fellSilent(): void {
    this.#silent = true;
    this.#carrier.kill();
    // What nothing can end is given up, so that another one can take its place.
    const giveUp = setTimeout(
      () => this.#ended({ exitCode: 1, outOfMemory: false, error: undefined }),
      killLimitMs,
    );
    giveUp.unref();
    void this.#gone.then(() => clearTimeout(giveUp));
  }

  #ended({ exitCode, outOfMemory, error: cause }: CarrierExit): void {
    this.#watch.stop();
    this.#figures = undefined;
    if (!this.#alive) return this.#link.fail(new CoreClosedError({ what: "worker manager" }));
    this.#alive = false;
    const reason = this.#silent ? "unresponsive" : outOfMemory ? "out-of-memory" : "exited";
    const fields = { workerId: this.id, exitCode, reason } as const;
    const error = new WorkerDiedError(cause === undefined ? fields : { ...fields, cause });
    this.#link.fail(error);
    this.#options.onDeath(error);
  }
}
