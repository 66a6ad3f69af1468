import type { ByteStream, StreamHandler } from "@monolake/streams";
import { FieldBlocks, faultOf, type ReceivedSection } from "./field-blocks.ts";
import { FrameAllowance } from "./frame-allowance.ts";
import { type FrameListener, FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import {
  ConnectionFault,
  errorCodes,
  frameFlags,
  frameTypes,
  initialWindowBytes,
  protocolFault,
  settingIds,
  sizeFault,
  windowFault,
  withoutPadding,
} from "./frames.ts";
import { Http2Stream, type StreamEnd, type StreamOwner } from "./http2-stream.ts";
import { PeerSettings } from "./peer-settings.ts";
import { prefaceBytes } from "./preface.ts";
import { SendQueue } from "./send-queue.ts";
import type { SessionListener, SessionOptions } from "./session-listener.ts";
import { StreamTable } from "./stream-table.ts";

/** More than so many bytes that the peer does not read, and nothing more is read of it. */
const mostWaitingBytes = 256 * 1024;
/** What a peer may have on its way when its connection has ended with a fault. */
const mostDiscardedBytes = 256 * 1024;
const pingPayload = Buffer.from("monolake");

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
  /** They are over; told when what was sent is written. */
  #finished: Http2Stream[] = [];
  #receiveWindow: number;
  #returned = 0;
  /** Windows that were opened since the last read: of these streams, and of the connection or all streams. */
  readonly #widened = new Set<Http2Stream>();
  #allWidened = false;
  #settingsSeen = false;
  #settingsTaken = false;
  #ended = false;
  #closed = false;
  /** What came behind a fault. */
  #discardedBytes = 0;

  constructor(stream: ByteStream, listener: SessionListener, options: SessionOptions) {
    this.#stream = stream;
    this.#listener = listener;
    this.#options = options;
    this.#receiveWindow = options.connectionWindowBytes;
    this.writer = new FrameWriter(stream, () => this.#tellFinished());
    this.#peer = new PeerSettings(options.side, this.writer);
    this.queue = new SendQueue(this.writer);
    this.#reader = new FrameReader(this, options.side === "server" ? prefaceBytes : Buffer.alloc(0));
    this.#blocks = new FieldBlocks(options.section);
    this.#streams = new StreamTable(options.side, options.maxConcurrentStreams);
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
    const { side, maxConcurrentStreams, enableConnectProtocol, section } = this.#options;
    const { streamWindowBytes, connectionWindowBytes } = this.#options;
    if (side === "client") this.writer.raw(prefaceBytes);
    const settings: readonly (readonly [id: number, value: number])[] = [
      [settingIds.initialWindowSize, streamWindowBytes],
      [settingIds.maxHeaderListSize, section.maxBytes],
      side === "client"
        ? [settingIds.enablePush, 0]
        : [settingIds.maxConcurrentStreams, maxConcurrentStreams],
      ...(enableConnectProtocol ? [[settingIds.enableConnectProtocol, 1] as const] : []),
    ];
    const payload = Buffer.alloc(6 * settings.length);
    settings.forEach(([id, value], index) => {
      payload.writeUInt16BE(id, 6 * index);
      payload.writeUInt32BE(value, 6 * index + 2);
    });
    this.writer.payload(frameTypes.settings, 0, 0, payload, 0, payload.length);
    this.writer.numbers(frameTypes.windowUpdate, 0, 0, [connectionWindowBytes - initialWindowBytes]);
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
    this.writer.payload(frameTypes.ping, 0, 0, pingPayload, 0, pingPayload.length);
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
    this.writer.numbers(
      frameTypes.goaway,
      0,
      0,
      [this.lastStreamId, fault.errorCode],
      Buffer.from(fault.message),
    );
    this.end();
    this.#breakAll();
    this.#listener.sessionEnded();
  }

  // === the stream below ===

  onData(chunk: Buffer): boolean {
    if (this.fault !== undefined) return this.#discard(chunk);
    try {
      this.#reader.read(chunk);
      this.#sendWidened();
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

  /** What may be sent now. Windows that were opened together make one frame, not one each. */
  #sendWidened(): void {
    if (this.#allWidened) this.queue.send();
    else for (const stream of this.#widened) this.queue.sendOf(stream, false);
    this.#allWidened = false;
    this.#widened.clear();
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
    if (!this.#settingsSeen && type !== frameTypes.settings)
      throw protocolFault("the first frame is no SETTINGS");
    switch (type) {
      case frameTypes.data:
        return this.#data(flags, streamId, payload);
      case frameTypes.headers:
        this.#listener.progressed();
        return this.#section(this.#blocks.headers(flags, streamId, payload));
      case frameTypes.priority:
        return this.#priority(streamId, payload);
      case frameTypes.rstStream:
        return this.#rstStream(streamId, payload);
      case frameTypes.settings:
        return this.#settings(flags, streamId, payload);
      case frameTypes.pushPromise:
        throw protocolFault("nobody may push here");
      case frameTypes.ping:
        return this.#ping(flags, streamId, payload);
      case frameTypes.goaway:
        return this.#goaway(streamId, payload);
      case frameTypes.windowUpdate:
        return this.#windowUpdate(streamId, payload);
      case frameTypes.continuation:
        return this.#section(this.#blocks.continuation(flags, payload));
    }
    // RFC 9113 section 4.1: what is not known is ignored.
    this.#useless();
  }

  #data(flags: number, streamId: number, payload: Buffer): void {
    const stream = this.#streams.known(streamId, "DATA");
    this.#receiveWindow -= payload.length;
    if (this.#receiveWindow < 0)
      throw new ConnectionFault(errorCodes.flowControlError, "more content than the connection's window");
    this.#returnWindow(payload.length);
    const content = withoutPadding(flags, payload);
    const ended = (flags & frameFlags.endStream) !== 0;
    if (stream === undefined) return this.#useless();
    if (content.length > 0) this.allowance.earn();
    else if (!ended) this.#useless();
    this.#listener.progressed();
    if (stream.endReceived) return stream.refuse(errorCodes.streamClosed);
    stream.dataReceived(content, payload.length, ended);
  }

  /** At once: what nobody takes is bounded by the windows of its streams, and must not stop the others. */
  #returnWindow(bytes: number): void {
    this.#returned += bytes;
    if (this.#returned * 2 < this.#options.connectionWindowBytes || this.closed) return;
    this.writer.numbers(frameTypes.windowUpdate, 0, 0, [this.#returned]);
    this.#receiveWindow += this.#returned;
    this.#returned = 0;
  }

  /** A frame that has no use of its own. */
  #useless(): void {
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
    if (!opened || streamId > this.#streams.lastTaken) return this.#useless();
    this.allowance.earn();
    const stream = this.#add(streamId);
    if (ended) stream.endReceived = true;
    const refusal = this.#refusalOf(section);
    if (refusal === undefined) return this.#listener.streamOpened(stream, section, ended);
    stream.refuse(refusal);
    if (section.tooLarge) this.#listener.offended("section");
    // A peer that does not know the limit yet cannot keep it.
    else if (refusal !== errorCodes.refusedStream || this.#settingsTaken) this.#listener.offended("other");
  }

  #refusalOf(section: ReceivedSection): number | undefined {
    if (this.#streams.size > this.#options.maxConcurrentStreams) return errorCodes.refusedStream;
    return faultOf(section);
  }

  #moreFields(stream: Http2Stream, section: ReceivedSection): void {
    const fault = stream.endReceived ? errorCodes.streamClosed : faultOf(section);
    if (fault === undefined) stream.fieldsReceived(section, section.ended);
    else stream.refuse(fault);
  }

  #priority(streamId: number, payload: Buffer): void {
    if (streamId === 0) throw protocolFault("PRIORITY without a stream");
    if (payload.length !== 5) throw sizeFault("PRIORITY");
    // RFC 9113 section 5.3.2: priorities are not used; RFC 7540 had this one refused.
    if ((payload.readUInt32BE(0) & 0x7fffffff) === streamId)
      throw protocolFault("a stream depends on itself");
    this.#useless();
  }

  #rstStream(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw sizeFault("RST_STREAM");
    if (streamId === 0 || this.#streams.isIdle(streamId))
      throw protocolFault("RST_STREAM of a stream that is not open");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#useless();
    const code = payload.readUInt32BE(0);
    // RFC 9113 section 8.1: in the place of an end it is for servers; a client that has not ended its side gives up.
    const gaveUp = code === errorCodes.noError && this.#options.side === "server";
    stream.resetReceived(gaveUp && !stream.endSent && !stream.endReceived ? errorCodes.cancel : code);
  }

  #settings(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("SETTINGS of a stream");
    if ((flags & frameFlags.ack) !== 0) {
      if (payload.length !== 0) throw sizeFault("an acknowledgement of SETTINGS");
      this.#settingsTaken = true;
      return this.#useless();
    }
    if (this.#settingsSeen) this.#listener.offended("other");
    this.#settingsSeen = true;
    const before = this.#peer.initialWindowBytes;
    this.#peer.read(payload);
    this.#widenAll(this.#peer.initialWindowBytes - before);
    this.writer.numbers(frameTypes.settings, frameFlags.ack, 0, []);
    this.#allWidened = true;
    this.#listener.settingsReceived(this.#peer);
  }

  /** RFC 9113 section 6.9.2. */
  #widenAll(bytes: number): void {
    if (bytes === 0) return;
    for (const stream of this.#streams.values()) if (!stream.widen(bytes)) throw windowFault();
  }

  #ping(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("PING of a stream");
    if (payload.length !== 8) throw sizeFault("PING");
    this.#useless();
    if ((flags & frameFlags.ack) !== 0) {
      if (payload.equals(pingPayload)) this.#listener.pingReturned();
      return;
    }
    this.writer.payload(frameTypes.ping, frameFlags.ack, 0, payload, 0, 8);
  }

  #goaway(streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("GOAWAY of a stream");
    if (payload.length < 8) throw sizeFault("GOAWAY");
    this.#useless();
    this.#listener.goawayReceived(payload.readUInt32BE(0) & 0x7fffffff);
  }

  #windowUpdate(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw sizeFault("WINDOW_UPDATE");
    this.#useless();
    const bytes = payload.readUInt32BE(0) & 0x7fffffff;
    if (streamId !== 0) return this.#widenStream(streamId, bytes);
    if (bytes === 0) throw protocolFault("WINDOW_UPDATE of 0");
    this.queue.widen(bytes);
    this.#allWidened = true;
  }

  #widenStream(streamId: number, bytes: number): void {
    if (this.#streams.isIdle(streamId)) throw protocolFault("WINDOW_UPDATE of a stream that is not open");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (bytes === 0) return stream.refuse(errorCodes.protocolError);
    if (!stream.widen(bytes)) return stream.refuse(errorCodes.flowControlError);
    this.#widened.add(stream);
  }

  // === streams ===

  #add(id: number): Http2Stream {
    const stream = new Http2Stream(id, this, this.#peer.initialWindowBytes, this.#options.streamWindowBytes);
    this.#streams.add(stream);
    return stream;
  }
}
