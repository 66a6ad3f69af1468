import { asError } from "@monolake/errors";
import type { Cancellation } from "@monolake/service-async";
import { type ByteStream, deadlineIn, type StreamHandler } from "@monolake/streams";
import { MessageType } from "../constants.ts";
import { ThriftConnectionBusyError, ThriftUpstreamClosedError } from "../errors.ts";
import type { IncomingPayload, PayloadSource } from "../message/incoming-payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import { StringKey } from "../ttheader/keys.ts";
import { ClientCall, type ClientCallOwner } from "./client-call.ts";
import { ClientCalls } from "./client-calls.ts";
import { ClientDeadline, type ClientWait } from "./client-deadline.ts";
import type { ResolvedThriftClientConnectionOptions } from "./client-options.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageWriter, type MessageWriterOwner } from "./message-writer.ts";
import { UpstreamFaults } from "./upstream-faults.ts";

/** What happens to a client connection between calls. */
export interface ThriftClientConnectionOwner {
  /** No call is under way, and the connection can take another one. */
  connectionIdle(connection: ThriftClientConnection): void;
  /** The connection takes no more calls: it is gone, or will be with its last answer. Called once. */
  connectionClosed(connection: ThriftClientConnection): void;
}

/** Of a shared connection, that the server has yet to take: oneway calls are counted nowhere else, and each write moves its deadline. */
const mostPendingBytes = 256 * 1024;

/**
 * The client side of one connection: one call at a time, or several that are told apart by their sequence ids. All messages of a
 * connection should have one format, because servers find out what a client speaks by its first bytes.
 */
export class ThriftClientConnection
  implements StreamHandler, PayloadSource, MessageWriterOwner, ClientCallOwner
{
  readonly #stream: ByteStream;
  readonly #owner: ThriftClientConnectionOwner;
  readonly #options: ResolvedThriftClientConnectionOptions;
  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #deadline: ClientDeadline;
  readonly #faults: UpstreamFaults;
  readonly #calls = new ClientCalls();
  /** Takes no more calls. */
  #retired = false;
  #gone = false;
  #broken = false;
  #closedTold = false;
  #delivering = false;
  /** It was given a call and has not said since that it is idle. */
  #busy = false;
  /** A large answer of which memory may be in use. */
  #large: IncomingPayload | undefined = undefined;

  /** The stream belongs to the connection. */
  constructor(
    stream: ByteStream,
    owner: ThriftClientConnectionOwner,
    options: ResolvedThriftClientConnectionOptions,
  ) {
    const { limits, maxCalls } = options;
    this.#stream = stream;
    this.#owner = owner;
    this.#options = options;
    // An answer that is passed on slowly would hold up those behind it.
    this.#reader = new MessageReader(this, limits, maxCalls > 1 ? { gatherBytes: limits.maxFrameBytes } : {});
    this.#writer = new MessageWriter(stream, this);
    this.#faults = new UpstreamFaults(stream, options);
    const watched = { reader: this.#reader, calls: this.#calls };
    this.#deadline = new ClientDeadline(stream, options, watched, (late) => this.#timedOut(late));
    stream.attach(this);
  }

  /** Nothing is under way and it can take a call: what to look at before a kept connection is used again. */
  get idle(): boolean {
    return this.available && this.#calls.size === 0 && this.#isQuiet;
  }

  /** Whether it can take a call. */
  get available(): boolean {
    if (this.#retired || this.#stream.closed || this.#stream.ended) return false;
    const { maxCalls } = this.#options;
    if (maxCalls === 1) return this.#calls.size === 0 && this.#isQuiet;
    return this.#calls.size < maxCalls && this.#stream.pendingBytes < mostPendingBytes;
  }

  /** The server closed it while a call was under way. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Calls wait, and for some time none was answered: one that is slow may hold up those behind it. */
  get heldUp(): boolean {
    return this.#calls.heldUp;
  }

  /**
   * Sends a call and resolves with its answer, which may be an exception: as soon as its head is there, where it is large; a oneway
   * call resolves with undefined when it is written. Rejects with ERR_THRIFT_UPSTREAM_CLOSED, ERR_THRIFT_UPSTREAM_TIMEOUT,
   * ERR_THRIFT_UPSTREAM_PROTOCOL, with what broke the call's payload off, or the reason of the cancellation; and with
   * ERR_THRIFT_CONNECTION_BUSY when nothing of it was sent. A call that is cancelled takes a connection with it that has no other calls.
   */
  send(message: ThriftMessage, cancellation?: Cancellation): Promise<ThriftMessage | undefined> {
    if (!this.available) return Promise.reject(new ThriftConnectionBusyError({ state: this.#stateName }));
    if (cancellation?.cancelled) return Promise.reject(cancellation.reason);
    this.#busy = true;
    return new Promise((resolve, reject) => {
      if (message.type === MessageType.ONEWAY)
        this.#sendOneway(message, () => resolve(undefined), cancellation);
      else this.#sendCall(new ClientCall(this, message, cancellation, resolve, reject));
    });
  }

  /** Closes it at once; what is under way breaks off. */
  close(): void {
    this.#stream.destroy();
  }

  /** Takes no more calls and closes behind the last answer. */
  retire(): void {
    this.#retired = true;
    this.#tellClosed();
    this.#settle();
  }

  #sendCall(call: ClientCall): void {
    const { message } = call;
    const shared = this.#options.maxCalls > 1;
    this.#calls.number(message);
    this.#calls.add(call);
    if (message.isWhole) call.deadlineMs = deadlineIn(this.#options.readTimeoutMs);
    if (shared) this.#writer.sendWithTurn(message);
    else this.#writer.send(message);
    if (this.#calls.size === 1) this.#deadline.look();
  }

  #sendOneway(message: ThriftMessage, sent: () => void, cancellation: Cancellation | undefined): void {
    const large = !message.isWhole;
    this.#calls.number(message);
    if (large) this.#awaitOneway(message, sent, cancellation);
    if (this.#options.maxCalls > 1) this.#writer.sendWithTurn(message);
    else this.#writer.send(message);
    if (large) return;
    sent();
    this.#settle();
  }

  /** A large oneway call is over when it is written; its caller may give it up before that. */
  #awaitOneway(message: ThriftMessage, sent: () => void, cancellation: Cancellation | undefined): void {
    const cancelled = { cancel: (reason: unknown) => this.#fail(asError(reason, "cancelled")) };
    cancellation?.addListener(cancelled);
    this.#calls.addLargeOneway(message, () => {
      cancellation?.removeListener(cancelled);
      sent();
    });
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    if (this.#gone) return true;
    const reader = this.#reader;
    reader.feed(chunk, this.#stream.ownsChunk);
    this.#delivering = true;
    try {
      while (reader.hasMore && !this.#gone) {
        const answer = reader.next();
        if (answer !== undefined) this.#received(answer);
      }
    } catch (error) {
      this.#fail(this.#faults.protocol("sent what is no Thrift message", error as Error));
    }
    this.#delivering = false;
    this.#stream.ownBuffer = this.#large !== undefined;
    this.#refuseMore();
    this.#deadline.look();
    this.#settle();
    return this.#large?.paused !== true;
  }

  onEnd(): void {
    if (this.#calls.size > 0 || !this.#reader.atBoundary) this.#fail(this.#faults.closed());
    else this.#stream.destroy();
  }

  onDrain(): void {
    this.#writer.drained();
    this.#settle();
  }

  onClose(error: Error | undefined): void {
    this.#deadline.end();
    this.#end(this.#faults.closed(error));
  }

  // === answers ===

  #received(answer: ThriftMessage): void {
    const call = this.#calls.take(answer);
    if (!answer.isWhole) this.#large = this.#reader.payload;
    if (answer.format.hasHeader && answer.header?.has(StringKey.connectionReadyToReset)) {
      this.#retired = true;
      this.#tellClosed();
    }
    // An early answer: what is left of the call is of no use, and so is the connection.
    if (!this.#writer.idle && this.#options.maxCalls === 1) this.#retired = true;
    if (call === undefined || call.abandoned) throwAway(answer);
    else call.resolve(answer);
    if (call === undefined || !this.#writer.isWriting(call.message)) return;
    this.#stopWriting(call, this.#faults.protocol("answered a call", new Error("not all of it was sent")));
  }

  /**
   * A call of a shared connection is over of which not all is written: behind that nothing can be. Calls that wait for their turn may
   * go elsewhere, and those that were sent are waited for, unless what is on its way lies in memory that is not ours any more.
   */
  #stopWriting(call: ClientCall, error: Error): void {
    if (this.#options.maxCalls === 1) return;
    if (this.#stream.pendingBytes > 0) return this.#fail(error);
    this.#calls.forget(call);
    this.#calls.breakUnsent(error, this.#writer.abort(error));
    this.retire();
  }

  /** What comes when no call is under way would be taken for the beginning of the answer to the next one. */
  #refuseMore(): void {
    const { atBoundary, payload } = this.#reader;
    if (this.#gone || atBoundary || payload !== undefined || this.#calls.size > 0) return;
    this.#fail(this.#faults.protocol("sent more than its answer", new Error("no call is under way")));
  }

  /** Looks whether the connection is free, or has to go. */
  #settle(): void {
    if (this.#delivering || this.#gone || this.#calls.size > 0) return;
    if (this.#reader.payload !== undefined || this.#large !== undefined) return;
    if (this.#retired) return this.#leave();
    if (!this.#busy || !this.#isQuiet) return;
    this.#busy = false;
    this.#owner.connectionIdle(this);
  }

  /** Closes it, behind the oneway calls that others have on it. */
  #leave(): void {
    const owes = !this.#writer.idle || this.#stream.pendingBytes > 0;
    if (this.#options.maxCalls === 1 || !owes) this.#stream.destroy();
  }

  /** Nothing is left to be written or read. */
  get #isQuiet(): boolean {
    const readAll = this.#reader.atBoundary && this.#large === undefined;
    return readAll && this.#writer.idle && this.#stream.pendingBytes === 0;
  }

  callCancelled(call: ClientCall, reason: unknown): void {
    if (this.#options.maxCalls === 1) {
      return this.#fail(asError(reason, "cancelled"));
    }
    // The others go on; the answer is thrown away when it comes.
    call.abandoned = true;
    call.settle();
    call.reject(reason);
    if (this.#writer.isWriting(call.message)) this.#stopWriting(call, this.#faults.closed(asError(reason)));
  }

  payloadResumed(): void {
    this.#deadline.look();
    this.#stream.resume();
  }

  payloadSettled(): void {
    this.#large = undefined;
    this.#settle();
    this.payloadResumed();
  }

  payloadCancelled(reason: Error | undefined): void {
    this.#fail(reason ?? new Error("the answer is not wanted"));
  }

  #fail(error: Error): void {
    this.#stream.destroy(error);
    this.#end(error);
  }

  /** Tells everybody who takes part that there will be nothing more. */
  #end(error: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#retired = true;
    this.#broken = this.#calls.size > 0 && error instanceof ThriftUpstreamClosedError;
    this.#calls.breakAll(error, this.#writer.abort(error));
    this.#reader.break(error);
    this.#tellClosed();
  }

  #tellClosed(): void {
    if (this.#closedTold) return;
    this.#closedTold = true;
    this.#owner.connectionClosed(this);
  }

  // === writing, and time ===

  largeMessageWritten(message: ThriftMessage): void {
    this.#calls.largeWritten(message, deadlineIn(this.#options.readTimeoutMs));
    this.#deadline.look();
    this.#settle();
  }

  largeMessageFailed(_message: ThriftMessage, error: Error): void {
    this.#fail(error);
  }

  writeMoved(pending: boolean): void {
    this.#deadline.writeMoved(pending);
    if (this.#retired) this.#settle();
  }

  #timedOut(late: ClientWait | "write"): void {
    if (late === "idle") {
      if (this.idle) this.retire();
      else this.#deadline.look();
      return;
    }
    const error = this.#faults.late(late);
    if (late !== "answer" || this.#options.maxCalls === 1) return this.#fail(error);
    // A shared connection takes no more calls when one is late; those that are not may still be answered.
    this.#calls.giveUpOldest(error);
    this.#deadline.look();
    this.retire();
  }

  get #stateName(): string {
    if (this.#stream.closed || this.#stream.ended) return "closed";
    return this.#retired ? "about to close" : "busy";
  }
}

/** Others may wait for what comes behind it. */
function throwAway(answer: ThriftMessage): void {
  if (!answer.isWhole) answer.payload.pipe({ write: () => true, end() {}, fail() {} });
}
