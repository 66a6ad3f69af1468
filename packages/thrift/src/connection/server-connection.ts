import { asError, MonolakeError } from "@monolake/errors";
import {
  type ByteStream,
  ConnectionDeadline,
  deadlineIn,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { MessageType } from "../constants.ts";
import { ThriftClientGoneError, ThriftClientTimeoutError, ThriftIncompleteError } from "../errors.ts";
import type { IncomingPayload, PayloadSource } from "../message/incoming-payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import type { ThriftContext } from "../thrift-handler.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageWriter, type MessageWriterOwner } from "./message-writer.ts";
import { ServerCalls, type ServerCallsOwner, type Serving } from "./server-calls.ts";
import type { ResolvedThriftServerOptions } from "./server-options.ts";

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
 * The server side of one connection: reads calls, whatever their transport and protocol. {@link ServerCalls} gives each to the
 * handler, {@link MessageWriter} writes the answers. What goes wrong with a call ends in an exception for its caller; what breaks
 * the framing ends the connection.
 */
export class ThriftServerConnection<Context extends ThriftContext>
  implements StreamHandler, PayloadSource, MessageWriterOwner, ServerCallsOwner
{
  readonly #stream: ByteStream;
  readonly #options: ResolvedThriftServerOptions;
  readonly #closed: () => void;
  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #deadline: ConnectionDeadline<WaitingFor>;
  readonly #calls: ServerCalls<Context>;
  #state: State = "open";
  #clientEnded = false;
  #writePending = false;
  /** Until when the rest of the message that has begun may come; 0 between two. */
  #restUntilMs = 0;
  /** A large call of which memory may be in use: what follows it has to wait. */
  #large: IncomingPayload | undefined = undefined;
  /** In `#readOn`. */
  #reading = false;
  #ended = false;

  /** `closed` is called once, when the connection is over. The stream belongs to the connection. */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void) {
    const { options } = serving;
    this.#stream = stream;
    this.#options = options;
    this.#closed = closed;
    this.#reader = new MessageReader(this, options.limits);
    this.#writer = new MessageWriter(stream, this);
    this.#calls = new ServerCalls(serving, this.#writer, this);
    this.#deadline = new ConnectionDeadline<WaitingFor>(stream, options.writeStallTimeoutMs, (late) =>
      this.#timedOut(late),
    );
  }

  /** Begins to serve; with `draining`, what comes is answered and the connection ends. */
  start(draining: boolean): void {
    this.#calls.draining = draining;
    watchDeadline(this.#deadline);
    this.#deadline.await("message", this.#options.keepAliveTimeoutMs);
    this.#stream.attach(this);
  }

  /** Ends the connection politely: at once when it is idle, else behind the last answer, which says so where it can. */
  drain(): void {
    this.#calls.draining = true;
    // What was read and waits for its turn is answered.
    if (this.#calls.size > 0 || this.#state !== "open" || this.#reader.hasMore) return;
    if (this.#wantsNoMore) return this.#leave();
    // A message that has begun gets as long as a client gets to leave.
    this.#restUntilMs = Math.min(this.#restUntilMs, deadlineIn(lingerTimeoutMs));
    this.#deadline.awaitUntil("rest", this.#restUntilMs);
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
    if (error !== undefined && !MonolakeError.is(error)) this.report(error);
    const reason = new ThriftClientGoneError({ cause: error });
    this.#reader.break(reason);
    this.#writer.abort(reason);
    this.#calls.abort(reason);
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
    return !this.#writePending && this.#large === undefined && this.#calls.mayBegin;
  }

  #begin(message: ThriftMessage): void {
    this.#restUntilMs = 0;
    if (!message.isWhole) this.#large = this.#reader.payload;
    this.#calls.begin(message);
  }

  callOver(): void {
    this.#continue();
  }

  broken(error: unknown): void {
    this.report(error);
    this.#stream.destroy();
  }

  largeMessageWritten(message: ThriftMessage): void {
    this.#calls.largeAnswerWritten(message);
  }

  largeMessageFailed(_message: ThriftMessage, error: Error): void {
    // The client must not take what it got for all there is.
    this.report(error);
    this.#stream.destroy(new ThriftIncompleteError({ cause: error }));
  }

  /** Something is over that calls may have waited for. */
  #continue(): void {
    if (this.#reading || this.#state === "leaving" || this.#state === "closed") return;
    if (this.#readOn() && this.#state === "open") this.#stream.resume();
  }

  get #endsNow(): boolean {
    if (this.#state === "ending") return true;
    return (this.#clientEnded && !this.#reader.hasMore) || (this.#calls.draining && this.#wantsNoMore);
  }

  /** When no call is under way: nothing has begun but what is thrown away, the rest of a call that was answered early. */
  get #wantsNoMore(): boolean {
    return this.#reader.atBoundary || this.#reader.payload !== undefined;
  }

  report(error: unknown): void {
    try {
      this.#options.onError(error);
    } catch (fault) {
      process.emitWarning(asError(fault));
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
    // An answer that was taken at once changes nothing in what is waited for.
    else if (!pending) this.#awaitPeer();
  }

  #awaitPeer(): void {
    if (this.#state !== "open") return;
    const { messageTimeoutMs, keepAliveTimeoutMs } = this.#options;
    const { payload, atBoundary } = this.#reader;
    if (payload !== undefined) {
      if (payload.paused) this.#deadline.clear();
      else this.#deadline.await("rest", messageTimeoutMs);
    } else if (!atBoundary) {
      // From the first byte on, and not from each.
      if (this.#restUntilMs === 0) this.#restUntilMs = deadlineIn(messageTimeoutMs);
      this.#deadline.awaitUntil("rest", this.#restUntilMs);
    } else if (this.#calls.size > 0) this.#deadline.clear();
    else this.#deadline.await("message", keepAliveTimeoutMs);
  }

  /** Nothing more can be read. Who asked is answered, where it can be told who that was. */
  #refuse(error: Error): void {
    this.report(error);
    this.#state = "ending";
    this.#deadline.clear();
    const partial = this.#reader.payload === undefined ? this.#reader.peek() : undefined;
    this.#reader.break(error);
    if (partial?.type === MessageType.CALL) this.#calls.answerUnread(partial, error);
    else if (this.#calls.size === 0) this.#stream.destroy();
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
