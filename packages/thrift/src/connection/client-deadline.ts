import { type ByteStream, ConnectionDeadline, unwatchDeadline, watchDeadline } from "@monolake/streams";
import type { ClientCalls } from "./client-calls.ts";
import type { ResolvedThriftClientConnectionOptions } from "./client-options.ts";
import type { MessageReader } from "./message-reader.ts";

/** What the server has to do next, or the connection itself. */
export type ClientWait = "answer" | "rest" | "idle";

/** What a deadline looks at. */
interface Watched {
  readonly reader: MessageReader;
  readonly calls: ClientCalls;
}

/** The deadline of a client connection: for the answer to its oldest call, the rest of a large answer, or the next call. */
export class ClientDeadline {
  readonly #deadline: ConnectionDeadline<ClientWait>;
  readonly #options: ResolvedThriftClientConnectionOptions;
  readonly #reader: MessageReader;
  readonly #calls: ClientCalls;

  /** `expired` hears what did not come in time; "write" when the server took nothing of what it was sent. */
  constructor(
    stream: ByteStream,
    options: ResolvedThriftClientConnectionOptions,
    { reader, calls }: Watched,
    expired: (late: ClientWait | "write") => void,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#calls = calls;
    this.#deadline = new ConnectionDeadline<ClientWait>(stream, options.writeStallTimeoutMs, expired);
    watchDeadline(this.#deadline);
    this.look();
  }

  /** Something has come, or was sent: looks what is waited for from now on. */
  look(): void {
    const { payload } = this.#reader;
    if (payload !== undefined) {
      if (payload.paused) this.#deadline.clear();
      else this.#deadline.await("rest", this.#options.readTimeoutMs);
      return;
    }
    const { oldest } = this.#calls;
    if (oldest === undefined) this.#deadline.await("idle", this.#options.idleTimeoutMs);
    else this.#deadline.awaitUntil("answer", oldest.deadlineMs);
  }

  /** Something was written and is `pending`, or the server has taken all of it. */
  writeMoved(pending: boolean): void {
    this.#deadline.writeMoved(pending);
    if (!pending) this.look();
  }

  /** Nothing is waited for any more. */
  end(): void {
    unwatchDeadline(this.#deadline);
  }
}
