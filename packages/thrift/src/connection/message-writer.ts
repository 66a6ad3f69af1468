import { asError } from "@monolake/errors";
import {
  atTurnEnd,
  type ByteStream,
  copiedBytes,
  type TurnEndTask,
  writeBuffer,
  writeBufferBytes,
  writeBufferInUse,
  writtenPart,
} from "@monolake/streams";
import type { Payload, PayloadSink } from "../message/payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";

/** Who writes messages. */
export interface MessageWriterOwner {
  /** A large message is written and the kernel has taken it. Of small ones nobody hears. */
  largeMessageWritten(message: ThriftMessage): void;
  /** The payload of a large message broke off behind its head: the connection is of no more use. */
  largeMessageFailed(message: ThriftMessage, error: Error): void;
  /** Something was written, or taken by the kernel: for the write stall timeout. `pending` when not everything was taken. */
  writeMoved(pending: boolean): void;
}

/**
 * Writes messages in the order in which they are given: small ones at once, or together at the end of the turn; large ones as
 * their payload comes, with backpressure, while the others wait. The owner passes the stream's `onDrain` on.
 */
export class MessageWriter implements PayloadSink, TurnEndTask {
  readonly #stream: ByteStream;
  readonly #owner: MessageWriterOwner;
  /** What waits for the end of the turn, or for the large message in front. */
  #queue: ThriftMessage[] = [];
  #flushing = false;
  /** The large message whose payload is coming. */
  #large: ThriftMessage | undefined = undefined;
  #payload: Payload | undefined = undefined;
  #blocked = false;
  #ended = false;
  #aborted = false;

  constructor(stream: ByteStream, owner: MessageWriterOwner) {
    this.#stream = stream;
    this.#owner = owner;
  }

  /** Nothing waits to be written. */
  get idle(): boolean {
    return this.#large === undefined && this.#queue.length === 0;
  }

  /** Of a large message not all is written. */
  isWriting(message: ThriftMessage): boolean {
    return this.#large === message;
  }

  /** Writes a message now, behind those that wait. */
  send(message: ThriftMessage): void {
    if (!this.idle) this.#queue.push(message);
    else if (message.isWhole) this.#writeOne(message);
    else this.#startLarge(message);
  }

  /** Writes a message at the end of the turn, in one write with the others of this turn. */
  sendWithTurn(message: ThriftMessage): void {
    this.#queue.push(message);
    if (this.#flushing) return;
    this.#flushing = true;
    atTurnEnd(this);
  }

  turnEnded(): void {
    this.#flushing = false;
    // What was not written stays for `abort` to tell.
    if (this.#large === undefined && !this.#stream.closed) this.#flush();
  }

  /** Forgets everything: nothing can be written any more. Returns the messages of which nothing was; large ones may go elsewhere. */
  abort(reason: Error): readonly ThriftMessage[] {
    this.#aborted = true;
    this.#large = undefined;
    const payload = this.#payload;
    this.#payload = undefined;
    payload?.cancel(reason);
    return this.#queue.splice(0);
  }

  // === the payload of a large message ===

  write(chunk: Buffer): boolean {
    if (this.#large === undefined) return true;
    this.#blocked = !this.#stream.write(chunk);
    this.#owner.writeMoved(this.#blocked);
    return !this.#blocked;
  }

  end(): void {
    this.#ended = true;
    if (!this.#blocked) this.#finishLarge();
  }

  fail(error: Error): void {
    const large = this.#large;
    if (large === undefined) return;
    this.#large = undefined;
    this.#payload = undefined;
    this.#owner.largeMessageFailed(large, error);
  }

  /** The stream's `onDrain`. */
  drained(): void {
    this.#owner.writeMoved(false);
    if (!this.#blocked) return;
    this.#blocked = false;
    const payload = this.#payload;
    if (this.#ended) this.#finishLarge();
    // After the end too: the payload's memory is free now.
    payload?.resume();
  }

  #startLarge(message: ThriftMessage): void {
    const { payload } = message;
    this.#large = message;
    this.#payload = payload;
    this.#ended = false;
    this.#blocked = !this.#stream.write(message.prefix);
    this.#owner.writeMoved(this.#blocked);
    try {
      payload.pipe(this);
    } catch (error) {
      this.fail(asError(error));
    }
  }

  #finishLarge(): void {
    const large = this.#large;
    if (large === undefined) return;
    this.#large = undefined;
    this.#payload = undefined;
    this.#owner.largeMessageWritten(large);
    if (this.#queue.length > 0 && !this.#flushing) this.#flush();
  }

  // === small messages ===

  #flush(): void {
    while (this.#queue.length > 0 && this.#large === undefined && !this.#aborted) {
      const first = this.#queue[0] as ThriftMessage;
      if (!first.isWhole) {
        this.#queue.shift();
        this.#startLarge(first);
      } else if (this.#queue.length === 1) {
        this.#queue.length = 0;
        this.#writeOne(first);
      } else this.#writeTogether();
    }
  }

  /** Writes as many of those that wait as fit into one buffer, one at least. */
  #writeTogether(): void {
    const queue = this.#queue;
    let count = 0;
    let bytes = 0;
    for (const message of queue) {
      if (!message.isWhole) break;
      const more = message.wholeBytes;
      if (count > 0 && bytes + more > writeBufferBytes) break;
      bytes += more;
      count += 1;
    }
    const messages = queue.splice(0, count);
    if (count === 1) return this.#writeOne(messages[0] as ThriftMessage);
    const buffer = writeBuffer(bytes);
    let at = 0;
    for (const message of messages) at = message.copyTo(buffer, at);
    this.#writeFrom(buffer, at);
  }

  #writeOne(message: ThriftMessage): void {
    const whole = message.asItLies;
    if (whole !== undefined) return this.#written(this.#stream.write(whole));
    const bytes = message.wholeBytes;
    if (bytes <= copiedBytes) {
      const buffer = writeBuffer(bytes);
      return this.#writeFrom(buffer, message.copyTo(buffer, 0));
    }
    this.#written(this.#stream.writev([message.prefix, message.payload.whole as Buffer]));
  }

  #writeFrom(buffer: Buffer, bytes: number): void {
    const taken = this.#stream.write(writtenPart(buffer, bytes));
    if (!taken) writeBufferInUse(buffer);
    this.#written(taken);
  }

  #written(taken: boolean): void {
    this.#owner.writeMoved(!taken);
  }
}
