import { MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type ErrorData, reviveError, serializeError } from "@monolake/errors";
import type { LogLevel } from "../logger.ts";

/** The requests that one side of a link answers, by name. */
export type RequestTable = { readonly [name: string]: { readonly input: unknown; readonly output: unknown } };

/** The functions that answer the requests of a table. */
export type RequestHandlers<Requests> = {
  readonly [Name in keyof Requests]: Requests[Name] extends {
    readonly input: infer Input;
    readonly output: infer Output;
  }
    ? (input: Input) => Promise<Output>
    : never;
};

/** A log record on its way to another thread. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields that are errors: they travel apart, since structured clone drops most of an error. */
  readonly errors: Readonly<Record<string, ErrorData>>;
  readonly message: string;
}

/** All that crosses a link. */
export type LinkMessage =
  | { readonly type: "request"; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: "reply"; readonly id: number; readonly output: unknown }
  | { readonly type: "failure"; readonly id: number; readonly error: ErrorData }
  | { readonly type: "log"; readonly record: LogRecord }
  | { readonly type: "news"; readonly news: unknown };

/** Where a link sends and receives: a message port between threads, or a channel between processes. */
export interface LinkPort {
  readonly on: (event: "message", listener: (message: LinkMessage) => void) => unknown;
  /** Throws when the message cannot be sent. */
  readonly postMessage: (message: LinkMessage) => void;
  readonly close: () => void;
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What a {@link MessageLink} does with what arrives. */
export interface MessageLinkOptions {
  readonly port: LinkPort;
  /** Answers the other side's requests. Default: every request fails. */
  readonly handlers?: { readonly [name: string]: ((input: never) => Promise<unknown>) | undefined };
  readonly onLog?: (record: LogRecord) => void;
  /** Gets what the other side tells by itself. */
  readonly onNews?: (news: unknown) => void;
}

/** One end of a link: typed requests with replies, errors as data, log records, and news that nobody answers. */
export class MessageLink<Requests extends RequestTable> {
  readonly #options: MessageLinkOptions;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #failed: Error | undefined;

  constructor(options: MessageLinkOptions) {
    this.#options = options;
    options.port.on("message", (message: LinkMessage) => this.#receive(message));
  }

  /**
   * Asks the other side. Rejects with its error, revived, with a `DataCloneError` when `input` cannot be sent, and with
   * the error of {@link MessageLink.fail} when the other side is gone.
   */
  request<Name extends keyof Requests & string>(
    name: Name,
    input: Requests[Name]["input"],
  ): Promise<Requests[Name]["output"]> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      this.#send({ type: "request", id, name, input });
      this.#pending.set(id, { resolve, reject });
    });
  }

  /** Sends a log record; one whose fields cannot be sent goes without them. */
  log(record: LogRecord): void {
    try {
      this.#send({ type: "log", record });
    } catch {
      this.#send({ type: "log", record: { ...record, fields: { fieldsLost: true } } });
    }
  }

  /** Tells the other side something. */
  tell(news: unknown): void {
    this.#send({ type: "news", news });
  }

  /** The other side is gone: what it still sent is received, then all requests reject with `error`, also later ones. */
  fail(error: Error): void {
    this.#failed ??= error;
    const { port } = this.#options;
    for (const message of leftIn(port)) this.#receive(message);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    port.close();
  }

  #receive(message: LinkMessage): void {
    switch (message.type) {
      case "request":
        void this.#answer(message);
        return;
      case "reply":
        this.#settle(message.id)?.resolve(message.output);
        return;
      case "failure":
        this.#settle(message.id)?.reject(reviveError(message.error));
        return;
      case "log":
        this.#options.onLog?.(message.record);
        return;
      case "news":
        this.#options.onNews?.(message.news);
        return;
      default: {
        const never: never = message;
        throw new TypeError(`unknown message ${JSON.stringify(never)}`);
      }
    }
  }

  async #answer({ id, name, input }: LinkMessage & { readonly type: "request" }): Promise<void> {
    try {
      const handler = this.#options.handlers?.[name];
      if (handler === undefined) throw new TypeError(`nobody answers the request ${name}`);
      // The output may be what cannot be sent: then the failure tells so.
      this.#send({ type: "reply", id, output: await handler(input as never) });
    } catch (error) {
      this.#send({ type: "failure", id, error: serializeError(error) });
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #send(message: LinkMessage): void {
    this.#options.port.postMessage(message);
  }
}

/** What arrived and was not received yet. A channel between processes has delivered all of it by the time it is closed. */
function* leftIn(port: LinkPort): Generator<LinkMessage> {
  if (!(port instanceof MessagePort)) return;
  for (let left = receiveMessageOnPort(port); left !== undefined; left = receiveMessageOnPort(port))
    yield left.message as LinkMessage;
}
