import { MonolakeError } from "@monolake/errors";
import {
  type ByteStream,
  ConnectionDeadline,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { MessageType, TApplicationExceptionType } from "../constants.ts";
import {
  ThriftAnswerError,
  ThriftClientGoneError,
  ThriftClientTimeoutError,
  ThriftIncompleteError,
  ThriftOverloadedError,
} from "../errors.ts";
import { exceptionOfError } from "../exception-of-error.ts";
import { createException, type ExceptionParts } from "../message/exception.ts";
import type { IncomingPayload, PayloadSource } from "../message/incoming-payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import type { ThriftContext, ThriftHandler } from "../thrift-handler.ts";
import { StringKey } from "../ttheader/keys.ts";
import { isAnswerFormat } from "../wire/format.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageWriter, type MessageWriterOwner } from "./message-writer.ts";
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

/** What the client has to do next. */
type WaitingFor = "message" | "rest" | "close";

/**
 * - "open": calls are read
 * - "ending": no more calls are read, the connection ends behind the last answer
 * - "leaving": the last answer is written, and what comes is thrown away
 * - "closed"
 */
type State = "open" | "ending" | "leaving" | "closed";

/** After the last answer, for the client to take it and close its side. */
const lingerTimeoutMs = 2_000;

/**
 * The server side of one connection: reads calls, whatever their transport and protocol, gives each to the handler and writes
 * the answers. What goes wrong with a call ends in an exception for its caller; what breaks the framing ends the connection.
 */
export class ThriftServerConnection<Context extends ThriftContext>
  implements StreamHandler, PayloadSource, MessageWriterOwner, ServerCallOwner
{
  readonly #stream: ByteStream;
  readonly #serving: Serving<Context>;
  readonly #options: ResolvedThriftServerOptions;
  readonly #closed: () => void;
  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #deadline: ConnectionDeadline<WaitingFor>;
  readonly #calls = new Set<ServerCall>();
  /** Calls whose answers keep their order and are not given yet. */
  readonly #order: ServerCall[] = [];
  readonly #spareCalls: ServerCall[] = [];
  /** Calls whose large answers are being written. */
  readonly #writing = new Map<ThriftMessage, ServerCall>();
  #state: State = "open";
  #draining = false;
  #clientEnded = false;
  /** The client has said that it takes answers in any order. */
  #takesAnyOrder = false;
  #writePending = false;
  #awaitingRest = false;
  /** A large call of which memory may be in use: what follows it has to wait. */
  #large: IncomingPayload | undefined = undefined;
  /** In `#readOn`. */
  #reading = false;
  #ended = false;

  /** `closed` is called once, when the connection is over. The stream belongs to the connection. */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void) {
    const { options } = serving;
    this.#stream = stream;
    this.#serving = serving;
    this.#options = options;
    this.#closed = closed;
    this.#reader = new MessageReader(this, options.limits);
    this.#writer = new MessageWriter(stream, this);
    this.#deadline = new ConnectionDeadline<WaitingFor>(stream, options.writeStallTimeoutMs, (late) =>
      this.#timedOut(late),
    );
  }

  /** Begins to serve; with `draining`, what comes is answered and the connection ends. */
  start(draining: boolean): void {
    this.#draining = draining;
    watchDeadline(this.#deadline);
    this.#deadline.await("message", this.#options.keepAliveTimeoutMs);
    this.#stream.attach(this);
  }

  /** Ends the connection politely: at once when it is idle, else behind the last answer, which says so where it can. */
  drain(): void {
    this.#draining = true;
    if (this.#calls.size > 0 || this.#state !== "open") return;
    // A message that has begun gets as long as a client gets to leave.
    if (this.#reader.atBoundary) this.#leave();
    else this.#deadline.await("rest", lingerTimeoutMs);
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    if (this.#state !== "open") return true;
    this.#reader.feed(chunk, this.#stream.ownsChunk);
    const more = this.#readOn();
    this.#stream.ownBuffer = this.#large !== undefined;
    return more;
  }

  /** Reads what is there; false while no more should come. */
  #readOn(): boolean {
    const reader = this.#reader;
    this.#reading = true;
    while (reader.hasMore && this.#state === "open") {
      if (reader.atBoundary && !this.#mayStart) {
        reader.retain();
        break;
      }
      try {
        const message = reader.next();
        if (message !== undefined) this.#begin(message);
      } catch (error) {
        this.#refuse(error as Error);
      }
    }
    this.#reading = false;
    if (this.#calls.size === 0 && this.#endsNow) this.#leave();
    if (this.#state !== "open") return true;
    this.#awaitPeer();
    return !reader.hasMore && this.#large?.paused !== true;
  }

  onEnd(): void {
    // A client may end its side and still wait for answers.
    this.#clientEnded = true;
    const { hasMore, atBoundary } = this.#reader;
    if (!hasMore && !atBoundary) this.#reader.break(new ThriftIncompleteError());
    if (!hasMore && this.#calls.size === 0) this.#leave();
  }

  onDrain(): void {
    this.#writer.drained();
  }

  onClose(error: Error | undefined): void {
    unwatchDeadline(this.#deadline);
    this.#state = "closed";
    // Whatever the stream itself cannot call by a name is a fault of ours, or of a sink.
    if (error !== undefined && !MonolakeError.is(error)) this.#report(error);
    const reason = new ThriftClientGoneError({ cause: error });
    this.#reader.break(reason);
    this.#writer.abort(reason);
    for (const call of this.#calls) {
      if (!this.#isWaiting(call)) continue;
      call.cancellation?.cancel(reason);
    }
    for (const call of this.#order) if (call.answer?.isWhole === false) call.answer.payload.cancel(reason);
    this.#serving.load.calls -= this.#calls.size;
    this.#calls.clear();
    this.#closed();
  }

  #timedOut(late: WaitingFor | "write"): void {
    const { messageTimeoutMs, writeStallTimeoutMs } = this.#options;
    if (late === "message" && this.#state === "open") this.#leave();
    else if (late === "rest") {
      this.#refuse(
        new ThriftClientTimeoutError({ waitingFor: "the rest of a message", timeoutMs: messageTimeoutMs }),
      );
    } else if (late === "write") {
      this.#stream.destroy(
        new ThriftClientTimeoutError({ waitingFor: "its answers", timeoutMs: writeStallTimeoutMs }),
      );
    } else this.#stream.destroy();
  }

  // === calls ===

  get #mayStart(): boolean {
    const { pipelining, maxPipelinedCalls } = this.#options;
    const calls = this.#calls.size;
    if (this.#writePending || this.#large !== undefined) return false;
    if (calls === 0) return true;
    if (this.#draining) return false;
    return (pipelining !== "serial" || this.#takesAnyOrder) && calls < maxPipelinedCalls;
  }

  #begin(message: ThriftMessage): void {
    const { handler, context: connectionContext, options, load } = this.#serving;
    this.#takesAnyOrder = message.takesAnyOrder;
    const call = this.#spareCalls.pop() ?? new ServerCall(this);
    call.message = message;
    call.ordered = options.pipelining !== "unordered" && !this.#takesAnyOrder;
    if (!message.isWhole) this.#large = this.#reader.payload;
    const oneway = message.type === MessageType.ONEWAY;
    if (call.ordered && !oneway) this.#order.push(call);
    this.#calls.add(call);
    load.calls += 1;
    if (!oneway && message.type !== MessageType.CALL) return this.#refuseCall(call, notACall);
    if (options.maxCalls > 0 && load.calls > options.maxCalls) {
      const error = new ThriftOverloadedError({ maxCalls: options.maxCalls });
      return this.#refuseCall(call, exceptionOfError(error));
    }
    const context = connectionContext.fork();
    call.cancellation = context.cancellation;
    try {
      handler.call(message, context).then(call.respond, call.fail);
    } catch (error) {
      call.fail(error);
    }
  }

  answered(call: ServerCall, answer: ThriftMessage | undefined): void {
    const { message } = call;
    if (this.#state === "closed" || message === undefined || !this.#calls.has(call)) {
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
    answer.sequenceId = message.sequenceId;
    this.#give(call, answer);
  }

  failed(call: ServerCall, error: unknown): void {
    if (this.#state === "closed" || call.message === undefined || !this.#calls.has(call)) return;
    this.#report(error);
    this.#refuseCall(call, exceptionOfError(error));
  }

  /** Answers a call without its handler, or in its place; a oneway call gets no answer. */
  #refuseCall(call: ServerCall, exception: ExceptionParts): void {
    const message = call.message as ThriftMessage;
    // Nobody wants its payload any more.
    if (!message.isWhole) message.payload.cancel();
    if (message.type === MessageType.ONEWAY) return this.#finish(call);
    this.#give(call, createException(message, exception));
  }

  #give(call: ServerCall, answer: ThriftMessage): void {
    if (this.#draining) answer.header?.set(StringKey.connectionReadyToReset, "1");
    if (!call.ordered) return this.#send(call, answer);
    call.answer = answer;
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

  largeMessageWritten(message: ThriftMessage): void {
    const call = this.#writing.get(message);
    this.#writing.delete(message);
    if (call !== undefined) this.#finish(call);
  }

  largeMessageFailed(_message: ThriftMessage, error: Error): void {
    // The client must not take what it got for all there is.
    this.#report(error);
    this.#stream.destroy(new ThriftIncompleteError({ cause: error }));
  }

  #finish(call: ServerCall): void {
    this.#calls.delete(call);
    this.#serving.load.calls -= 1;
    const { message } = call;
    call.message = undefined;
    call.answer = undefined;
    call.cancellation = undefined;
    this.#spareCalls.push(call);
    // A call that was answered before all of it was read: the rest is thrown away.
    if (message?.isWhole === false) message.payload.cancel();
    this.#continue();
  }

  /** Something is over that calls may have waited for. */
  #continue(): void {
    if (this.#reading || this.#state === "leaving" || this.#state === "closed") return;
    if (this.#readOn() && this.#state === "open") this.#stream.resume();
  }

  get #endsNow(): boolean {
    if (this.#state === "ending") return true;
    const { hasMore, atBoundary } = this.#reader;
    return (this.#clientEnded && !hasMore) || (this.#draining && atBoundary);
  }

  #isWaiting(call: ServerCall): boolean {
    return call.answer === undefined;
  }

  #report(error: unknown): void {
    try {
      this.#options.onError(error);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }

  // === payloads, writing, time ===

  payloadResumed(): void {
    this.#continue();
  }

  payloadSettled(): void {
    this.#large = undefined;
    this.#continue();
  }

  payloadCancelled(): void {
    // What comes of it is thrown away.
    this.#continue();
  }

  writeMoved(pending: boolean): void {
    const wasPending = this.#writePending;
    this.#writePending = pending;
    this.#deadline.writeMoved(pending);
    if (this.#state === "leaving") this.#endBehindAnswers();
    else if (wasPending && !pending) this.#continue();
  }

  #awaitPeer(): void {
    if (this.#state !== "open") return;
    const { messageTimeoutMs, keepAliveTimeoutMs } = this.#options;
    const { payload, atBoundary } = this.#reader;
    if (payload !== undefined) {
      if (payload.paused) this.#deadline.clear();
      else this.#deadline.await("rest", messageTimeoutMs);
      this.#awaitingRest = false;
    } else if (!atBoundary) {
      // From the first byte on, and not from each.
      if (!this.#awaitingRest) this.#deadline.await("rest", messageTimeoutMs);
      this.#awaitingRest = true;
    } else {
      this.#awaitingRest = false;
      if (this.#calls.size > 0) this.#deadline.clear();
      else this.#deadline.await("message", keepAliveTimeoutMs);
    }
  }

  /** Nothing more can be read. Who asked is answered, where it can be told who that was. */
  #refuse(error: Error): void {
    this.#report(error);
    this.#state = "ending";
    this.#deadline.clear();
    const partial = this.#reader.payload === undefined ? this.#reader.peek() : undefined;
    this.#reader.break(error);
    if (partial?.type === MessageType.CALL) {
      const call = new ServerCall(this);
      call.message = partial;
      call.ordered = true;
      this.#order.push(call);
      this.#calls.add(call);
      this.#serving.load.calls += 1;
      this.#give(call, createException(partial, exceptionOfError(error)));
    } else if (this.#calls.size === 0) this.#stream.destroy();
  }

  #leave(): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    this.#state = "leaving";
    this.#endBehindAnswers();
  }

  #endBehindAnswers(): void {
    if (!this.#writer.idle) return;
    if (!this.#ended) this.#stream.end();
    this.#ended = true;
    this.#deadline.await("close", lingerTimeoutMs);
    this.#stream.resume();
  }
}

const notACall: ExceptionParts = {
  type: TApplicationExceptionType.INVALID_MESSAGE_TYPE,
  message: "only calls are served here",
};
