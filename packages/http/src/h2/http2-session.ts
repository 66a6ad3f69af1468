import type { ByteStream, StreamHandler } from "@monolake/streams";
import { ControlFrames } from "./control-frames.ts";
import { FieldBlocks, faultOf, type ReceivedSection } from "./field-blocks.ts";
import { FrameAllowance, leastUsefulBytes } from "./frame-allowance.ts";
import { type FrameListener, FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import {
  ConnectionFault,
  errorCodes,
  frameFlags,
  frameTypes,
  protocolFault,
  withoutPadding,
} from "./frames.ts";
import { Http2Stream, type StreamEnd, type StreamOwner } from "./http2-stream.ts";
import { PeerSettings } from "./peer-settings.ts";
import { prefaceBytes } from "./preface.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { SendQueue } from "./send-queue.ts";
import { writeBeginning } from "./session-beginning.ts";
import type { SessionListener, SessionOptions } from "./session-listener.ts";
import { StreamTable } from "./stream-table.ts";

/** More than so many bytes that the peer does not read, and nothing more is read of it. */
const mostWaitingBytes = 256 * 1024;
/** What a peer may have on its way when its connection has ended with a fault. */
const mostDiscardedBytes = 256 * 1024;

/** One connection of HTTP/2 (RFC 9113), either side: frames, streams, windows, settings. What a stream carries is its listener's. */
export class Http2Session implements StreamHandler, FrameListener, StreamOwner {
  readonly writer: FrameWriter;
  readonly queue: SendQueue;
  readonly allowance: FrameAllowance = new FrameAllowance();
  /** Why this side ended it; undefined while it has not. */
  fault: ConnectionFault | undefined = undefined;
  readonly #stream: ByteStream;
  readonly #listener: SessionListener;
  readonly #options: SessionOptions;
  readonly #reader: FrameReader;
  readonly #blocks: FieldBlocks;
  readonly #streams: StreamTable;
  readonly #peer: PeerSettings;
  readonly #control: ControlFrames;
  readonly #window: ReceiveWindow;
  /** They are over; told when what was sent is written. */
  #finished: Http2Stream[] = [];
  #ended = false;
  #closed = false;
  /** What came behind a fault. */
  #discardedBytes = 0;

  constructor(stream: ByteStream, listener: SessionListener, options: SessionOptions) {
    this.#stream = stream;
    this.#listener = listener;
    this.#options = options;
    this.#window = new ReceiveWindow(options.connectionWindowBytes);
    this.writer = new FrameWriter(stream, () => this.#tellFinished());
    this.#peer = new PeerSettings(options.side, this.writer);
    this.queue = new SendQueue(this.writer);
    this.#reader = new FrameReader(this, options.side === "server" ? prefaceBytes : Buffer.alloc(0));
    this.#blocks = new FieldBlocks(options.section);
    this.#streams = new StreamTable(options.side, options.maxConcurrentStreams);
    this.#control = new ControlFrames(this, options.side, listener, this.#streams, this.#peer);
  }

  /** The highest stream of the peer that was taken. */
  get lastStreamId(): number {
    return Math.min(this.#streams.lastPeerId, this.#streams.lastTaken);
  }

  /** Some of a field block has come, but not all. */
  get amidFields(): boolean {
    return this.#blocks.openStreamId !== 0 || this.#reader.begunType === frameTypes.headers;
  }

  /** No more streams can be opened, or told of. */
  get closed(): boolean {
    return this.#ended || this.#closed;
  }

  /** Says what this side takes, and begins to read. */
  start(): void {
    writeBeginning(this.writer, this.#options);
    this.#stream.attach(this);
  }

  // === what owners do ===

  /** No more streams of ours can be opened: a busy connection has had 2^30 of them after some hours (RFC 9113 section 5.1.1). */
  get exhausted(): boolean {
    return this.#streams.exhausted;
  }

  /** Opens a stream with a field section; undefined when there are no more ids. For a client. */
  open(fields: readonly string[], ended: boolean): Http2Stream | undefined {
    const id = this.closed ? undefined : this.#streams.takeId();
    if (id === undefined) return undefined;
    const stream = this.#add(id);
    this.allowance.earn();
    stream.sendFields(fields, ended);
    return stream;
  }

  ping(): void {
    this.#control.sendPing();
  }

  /** GOAWAY: streams of the peer above `lastStreamId` are not taken (RFC 9113 section 6.8). */
  goaway(lastStreamId: number): void {
    if (this.closed) return;
    this.#streams.lastTaken = lastStreamId;
    this.writer.numbers(frameTypes.goaway, 0, 0, [lastStreamId, errorCodes.noError]);
  }

  /** The peer has said that it has not looked at streams of ours above this one. */
  giveUpAbove(streamId: number): void {
    for (const stream of this.#streams.values())
      if (stream.id > streamId) stream.resetReceived(errorCodes.refusedStream);
  }

  /** Ends this side behind what is written. */
  end(): void {
    if (this.closed) return;
    this.#ended = true;
    this.writer.end();
    this.#tellFinished();
    this.#stream.end();
  }

  /** Ends the connection with GOAWAY: what it carries is broken off. */
  fail(fault: ConnectionFault): void {
    if (this.closed) return;
    this.fault = fault;
    this.#reader.stop();
    const numbers = [this.lastStreamId, fault.errorCode];
    this.writer.numbers(frameTypes.goaway, 0, 0, numbers, Buffer.from(fault.message));
    this.end();
    this.#breakAll();
    this.#listener.sessionEnded();
  }

  // === the stream below ===

  onData(chunk: Buffer): boolean {
    if (this.fault !== undefined) return this.#discard(chunk);
    try {
      this.#reader.read(chunk);
      this.queue.sendOpened();
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      this.fail(error);
    }
    this.#listener.readEnded();
    return this.fault !== undefined || this.writer.waitingBytes < mostWaitingBytes;
  }

  /** Only who reads hears that the peer closes; one that goes on is not listened to for long. */
  #discard(chunk: Buffer): boolean {
    this.#discardedBytes += chunk.length;
    if (this.#discardedBytes > mostDiscardedBytes) this.#stream.destroy();
    return true;
  }

  /** Who sends nothing more takes nothing, either. */
  onEnd(): void {
    this.#reader.stop();
    this.end();
    this.#breakAll();
    this.#listener.sessionEnded();
  }

  onDrain(): void {
    this.writer.drained();
    this.queue.send();
    if (!this.writer.congested && this.fault === undefined) this.#stream.resume();
  }

  onClose(error: Error | undefined): void {
    this.#closed = true;
    this.#reader.stop();
    this.#breakAll();
    this.#listener.sessionClosed(error);
  }

  #breakAll(): void {
    this.#tellFinished();
    for (const stream of this.#streams.values()) stream.resetReceived(errorCodes.cancel);
  }

  // === what streams do ===

  finished(stream: Http2Stream, how: StreamEnd): void {
    this.#streams.delete(stream.id, how === "reset-here" || how === "refused");
    this.queue.delete(stream);
    // Who has just sent the end is not told in the middle of that.
    if (how === "ended-here" || how === "reset-here") this.#finished.push(stream);
    else stream.listener?.streamClosed();
  }

  #tellFinished(): void {
    const finished = this.#finished;
    if (finished.length === 0) return;
    this.#finished = [];
    for (const stream of finished) stream.listener?.streamClosed();
  }

  // === frames ===

  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    const { openStreamId } = this.#blocks;
    if (openStreamId !== 0 && (type !== frameTypes.continuation || streamId !== openStreamId))
      throw protocolFault("a field block is interrupted by another frame");
    if (!this.#peer.known && type !== frameTypes.settings)
      throw protocolFault("the first frame is no SETTINGS");
    switch (type) {
      case frameTypes.data:
        return this.#data(flags, streamId, payload);
      case frameTypes.headers:
        this.#listener.progressed();
        return this.#section(this.#blocks.headers(flags, streamId, payload));
      case frameTypes.priority:
        return this.#control.priority(streamId, payload);
      case frameTypes.rstStream:
        return this.#control.rstStream(streamId, payload);
      case frameTypes.settings:
        return this.#control.settings(flags, streamId, payload);
      case frameTypes.pushPromise:
        throw protocolFault("nobody may push here");
      case frameTypes.ping:
        return this.#control.ping(flags, streamId, payload);
      case frameTypes.goaway:
        return this.#control.goaway(streamId, payload);
      case frameTypes.windowUpdate:
        return this.#control.windowUpdate(streamId, payload);
      case frameTypes.continuation:
        return this.#section(this.#blocks.continuation(flags, payload));
    }
    // RFC 9113 section 4.1: what is not known is ignored.
    this.useless();
  }

  #data(flags: number, streamId: number, payload: Buffer): void {
    const stream = this.#streams.known(streamId, "DATA");
    const more = this.#window.received(payload.length);
    if (more > 0 && !this.closed) this.writer.numbers(frameTypes.windowUpdate, 0, 0, [more]);
    const content = withoutPadding(flags, payload);
    const ended = (flags & frameFlags.endStream) !== 0;
    // Content of a stream that was broken off may have been on its way.
    if (stream === undefined) return content.length < leastUsefulBytes ? this.useless() : undefined;
    if (content.length > 0) this.allowance.earn();
    else if (!ended) this.useless();
    this.#listener.progressed();
    if (stream.endReceived) return stream.refuse(errorCodes.streamClosed);
    stream.dataReceived(content, payload.length, ended);
  }

  /** A frame that has no use of its own. */
  useless(): void {
    if (!this.allowance.spend()) this.#listener.offended("other");
  }

  #section(section: ReceivedSection | undefined): void {
    if (section === undefined) return;
    const { streamId, ended } = section;
    const open = this.#streams.get(streamId);
    if (open !== undefined) return this.#moreFields(open, section);
    const opened = this.#streams.opens(streamId);
    if (!opened) this.#streams.known(streamId, "HEADERS");
    // What came behind the last stream that is taken is for another connection.
    if (!opened || streamId > this.#streams.lastTaken) return this.useless();
    const stream = this.#add(streamId);
    if (ended) stream.endReceived = true;
    const tooMany = this.#streams.size > this.#options.maxConcurrentStreams;
    const refusal = tooMany ? errorCodes.refusedStream : faultOf(section);
    if (refusal !== undefined) return this.#refuse(stream, refusal, section.tooLarge);
    this.allowance.earn();
    this.#listener.streamOpened(stream, section, ended);
  }

  #refuse(stream: Http2Stream, refusal: number, tooLarge: boolean): void {
    stream.refuse(refusal);
    if (tooLarge) this.#listener.offended("section");
    // A peer that does not know the limit yet cannot keep it.
    else if (refusal === errorCodes.refusedStream && !this.#control.settingsTaken) this.useless();
    else this.#listener.offended("other");
  }

  #moreFields(stream: Http2Stream, section: ReceivedSection): void {
    const fault = stream.endReceived ? errorCodes.streamClosed : faultOf(section);
    if (fault === undefined) stream.fieldsReceived(section, section.ended);
    else stream.refuse(fault);
  }

  #add(id: number): Http2Stream {
    const stream = new Http2Stream(id, this, this.#peer.initialWindowBytes, this.#options.streamWindowBytes);
    this.#streams.add(stream);
    return stream;
  }
}
