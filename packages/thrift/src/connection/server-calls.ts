import { MessageType, TApplicationExceptionType } from "../constants.ts";
import {
  ThriftAnswerError,
  ThriftClientGoneError,
  ThriftOverloadedError,
  ThriftTooLargeError,
} from "../errors.ts";
import { exceptionOfError } from "../exception-of-error.ts";
import { createException, type ExceptionParts } from "../message/exception.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import type { ThriftContext, ThriftHandler } from "../thrift-handler.ts";
import { StringKey } from "../ttheader/keys.ts";
import { isAnswerFormat } from "../wire/format.ts";
import type { MessageWriter } from "./message-writer.ts";
import { ServerCall, type ServerCallOwner } from "./server-call.ts";
import type { ResolvedThriftServerOptions } from "./server-options.ts";

/** What a connection serves its calls with. */
export interface Serving<Context extends ThriftContext> {
  readonly handler: ThriftHandler<Context>;
  /** The connection's; each call gets a fork of it. */
  readonly context: Context;
  readonly options: ResolvedThriftServerOptions;
  /** Calls of all connections. */
  readonly load: { calls: number };
}

/** Who has calls. */
export interface ServerCallsOwner {
  /** Nothing is left to do for a call. */
  callOver(): void;
  /** What a handler threw, or an answer of its that cannot be sent. */
  report(error: unknown): void;
  /** What should never happen: the connection has to go. */
  broken(error: unknown): void;
}

/** The calls of a server connection: each is given to the handler, and its answer to the writer when its turn has come. */
export class ServerCalls<Context extends ThriftContext> implements ServerCallOwner {
  /** Answers say that the connection will close. */
  draining = false;
  /** The client has said that it takes answers in any order. */
  takesAnyOrder = false;
  readonly #serving: Serving<Context>;
  readonly #writer: MessageWriter;
  readonly #owner: ServerCallsOwner;
  readonly #calls = new Set<ServerCall>();
  /** Calls whose answers keep their order and are not given yet. */
  readonly #order: ServerCall[] = [];
  readonly #spare: ServerCall[] = [];
  /** Calls whose large answers are being written. */
  readonly #writing = new Map<ThriftMessage, ServerCall>();

  constructor(serving: Serving<Context>, writer: MessageWriter, owner: ServerCallsOwner) {
    this.#serving = serving;
    this.#writer = writer;
    this.#owner = owner;
  }

  /** Calls that are not over. */
  get size(): number {
    return this.#calls.size;
  }

  /** Another one may begin. */
  get mayBegin(): boolean {
    const { pipelining, maxPipelinedCalls } = this.#serving.options;
    const { size } = this.#calls;
    if (size === 0) return true;
    return !this.draining && (pipelining !== "serial" || this.takesAnyOrder) && size < maxPipelinedCalls;
  }

  /** Calls the handler. */
  begin(message: ThriftMessage): void {
    const { handler, context: connectionContext, options, load } = this.#serving;
    this.takesAnyOrder = message.takesAnyOrder;
    const call = this.#open(message, options.pipelining !== "unordered" && !this.takesAnyOrder);
    if (message.type !== MessageType.ONEWAY && message.type !== MessageType.CALL) {
      return this.#refuse(call, notACall);
    }
    if (options.maxCalls > 0 && load.calls > options.maxCalls) {
      const error = new ThriftOverloadedError({ maxCalls: options.maxCalls });
      return this.#refuse(call, exceptionOfError(error));
    }
    const context = connectionContext.fork();
    call.cancellation = context.cancellation;
    try {
      handler.call(message, context).then(call.respond, call.fail);
    } catch (error) {
      call.fail(error);
    }
  }

  /** Answers a call of which no more than the head could be read, behind those that are under way. */
  answerUnread(message: ThriftMessage, error: unknown): void {
    this.#refuse(this.#open(message, true), exceptionOfError(error));
  }

  answered(call: ServerCall, answer: ThriftMessage | undefined): void {
    const { message } = call;
    if (message === undefined || !this.#calls.has(call)) {
      answer?.payload.cancel(new ThriftClientGoneError());
      return;
    }
    if (message.type === MessageType.ONEWAY) {
      answer?.payload.cancel();
      return this.#finish(call);
    }
    if (answer === undefined) return this.failed(call, new ThriftAnswerError({ what: "there is none" }));
    if (!isAnswerFormat(message.format, answer.format)) {
      answer.payload.cancel();
      return this.failed(call, new ThriftAnswerError({ what: "it has another transport or protocol" }));
    }
    answer.sequenceId = call.sequenceId;
    this.#give(call, answer);
  }

  failed(call: ServerCall, error: unknown): void {
    if (!this.#calls.has(call)) return;
    this.#owner.report(error);
    this.#refuse(call, exceptionOfError(error));
  }

  broken(error: unknown): void {
    this.#owner.broken(error);
  }

  /** For the writer's owner: a large answer is written. */
  largeAnswerWritten(answer: ThriftMessage): void {
    const call = this.#writing.get(answer);
    this.#writing.delete(answer);
    if (call !== undefined) this.#finish(call);
  }

  /** The client is gone. */
  abort(reason: Error): void {
    const calls = [...this.#calls];
    this.#calls.clear();
    this.#serving.load.calls -= calls.length;
    for (const { answer, cancellation } of calls) {
      if (answer === undefined) cancellation?.cancel(reason);
      else if (!answer.isWhole) answer.payload.cancel(reason);
    }
  }

  #open(message: ThriftMessage, ordered: boolean): ServerCall {
    const call = this.#spare.pop() ?? new ServerCall(this);
    call.message = message;
    call.sequenceId = message.sequenceId;
    call.headerSequence = message.headerSequence;
    call.ordered = ordered;
    if (ordered && message.type !== MessageType.ONEWAY) this.#order.push(call);
    this.#calls.add(call);
    this.#serving.load.calls += 1;
    return call;
  }

  /** Answers a call without its handler, or in its place; a oneway call gets no answer. */
  #refuse(call: ServerCall, exception: ExceptionParts): void {
    const message = call.message as ThriftMessage;
    // Nobody wants its payload any more.
    if (!message.isWhole) message.payload.cancel();
    if (message.type === MessageType.ONEWAY) return this.#finish(call);
    this.#give(call, createException(message, exception, call));
  }

  #give(call: ServerCall, answer: ThriftMessage): void {
    if (this.draining) sayThatItCloses(answer);
    call.answer = answer;
    if (!call.ordered) return this.#send(call, answer);
    const order = this.#order;
    while (order[0]?.answer !== undefined) {
      const first = order.shift() as ServerCall;
      this.#send(first, first.answer as ThriftMessage);
    }
  }

  #send(call: ServerCall, answer: ThriftMessage): void {
    if (!answer.isWhole) {
      this.#writing.set(answer, call);
      return this.#writer.send(answer);
    }
    if (this.#calls.size > 1) this.#writer.sendWithTurn(answer);
    else this.#writer.send(answer);
    this.#finish(call);
  }

  #finish(call: ServerCall): void {
    const { message } = call;
    this.#calls.delete(call);
    this.#serving.load.calls -= 1;
    call.message = undefined;
    call.answer = undefined;
    // A handler may have asked for its signal, which the connection's cancellation would keep.
    call.cancellation?.detach();
    call.cancellation = undefined;
    this.#spare.push(call);
    // A call that was answered before all of it was read: the rest is thrown away.
    if (message?.isWhole === false) message.payload.cancel();
    this.#owner.callOver();
  }
}

/** Where there is room for it. */
function sayThatItCloses({ header }: ThriftMessage): void {
  try {
    header?.set(StringKey.connectionReadyToReset, "1");
  } catch (error) {
    if (!(error instanceof ThriftTooLargeError)) throw error;
  }
}

const notACall: ExceptionParts = {
  type: TApplicationExceptionType.INVALID_MESSAGE_TYPE,
  message: "only calls are served here",
};
