import type { FrameWriter } from "./frame-writer.ts";
import { errorCodes, frameFlags, frameTypes, protocolFault, sizeFault, windowFault } from "./frames.ts";
import type { PeerSettings } from "./peer-settings.ts";
import type { SendQueue } from "./send-queue.ts";
import type { SessionListener } from "./session-listener.ts";
import type { StreamTable } from "./stream-table.ts";

const pingPayload = Buffer.from("monolake");

/** What of a connection these frames are about. */
export interface ControlledSession {
  readonly writer: FrameWriter;
  readonly queue: SendQueue;
  /** A frame had no use of its own. */
  useless(): void;
}

/** The frames of a connection that carry no part of a message (RFC 9113 sections 6.3 to 6.9). All throw a {@link ConnectionFault}. */
export class ControlFrames {
  /** The peer has read what this side takes. */
  settingsTaken = false;
  readonly #session: ControlledSession;
  readonly #side: "server" | "client";
  readonly #listener: SessionListener;
  readonly #streams: StreamTable;
  readonly #peer: PeerSettings;

  constructor(
    session: ControlledSession,
    side: "server" | "client",
    listener: SessionListener,
    streams: StreamTable,
    peer: PeerSettings,
  ) {
    this.#session = session;
    this.#side = side;
    this.#listener = listener;
    this.#streams = streams;
    this.#peer = peer;
  }

  priority(streamId: number, payload: Buffer): void {
    if (streamId === 0) throw protocolFault("PRIORITY without a stream");
    if (payload.length !== 5) throw sizeFault("PRIORITY");
    // RFC 9113 section 5.3.2: priorities are not used; RFC 7540 had this one refused.
    if ((payload.readUInt32BE(0) & 0x7fffffff) === streamId)
      throw protocolFault("a stream depends on itself");
    this.#session.useless();
  }

  rstStream(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw sizeFault("RST_STREAM");
    if (streamId === 0 || this.#streams.isIdle(streamId))
      throw protocolFault("RST_STREAM of a stream that is not open");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#session.useless();
    const code = payload.readUInt32BE(0);
    // RFC 9113 section 8.1: in the place of an end it is for servers; a client that has not ended its side gives up.
    const gaveUp = code === errorCodes.noError && this.#side === "server";
    stream.resetReceived(gaveUp && !stream.endSent && !stream.endReceived ? errorCodes.cancel : code);
  }

  settings(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("SETTINGS of a stream");
    if ((flags & frameFlags.ack) !== 0) return this.#settingsTaken(payload);
    const peer = this.#peer;
    if (peer.known) this.#listener.offended("other");
    peer.known = true;
    const before = peer.initialWindowBytes;
    peer.read(payload);
    this.#widenAll(peer.initialWindowBytes - before);
    this.#session.writer.numbers(frameTypes.settings, frameFlags.ack, 0, []);
    this.#session.queue.openedAll();
    this.#listener.settingsReceived(peer);
  }

  #settingsTaken(payload: Buffer): void {
    if (payload.length !== 0) throw sizeFault("an acknowledgement of SETTINGS");
    this.settingsTaken = true;
    this.#session.useless();
  }

  /** RFC 9113 section 6.9.2. */
  #widenAll(bytes: number): void {
    if (bytes === 0) return;
    for (const stream of this.#streams.values()) if (!stream.widen(bytes)) throw windowFault();
  }

  ping(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("PING of a stream");
    if (payload.length !== 8) throw sizeFault("PING");
    this.#session.useless();
    if ((flags & frameFlags.ack) !== 0) {
      if (payload.equals(pingPayload)) this.#listener.pingReturned();
      return;
    }
    this.#session.writer.payload(frameTypes.ping, frameFlags.ack, 0, payload, 0, 8);
  }

  /** Sends a ping; `pingReturned` of the listener tells of its answer. */
  sendPing(): void {
    this.#session.writer.payload(frameTypes.ping, 0, 0, pingPayload, 0, pingPayload.length);
  }

  goaway(streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolFault("GOAWAY of a stream");
    if (payload.length < 8) throw sizeFault("GOAWAY");
    this.#session.useless();
    this.#listener.goawayReceived(payload.readUInt32BE(0) & 0x7fffffff);
  }

  windowUpdate(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw sizeFault("WINDOW_UPDATE");
    this.#session.useless();
    const bytes = payload.readUInt32BE(0) & 0x7fffffff;
    if (streamId !== 0) return this.#widenStream(streamId, bytes);
    if (bytes === 0) throw protocolFault("WINDOW_UPDATE of 0");
    this.#session.queue.widen(bytes);
  }

  #widenStream(streamId: number, bytes: number): void {
    if (this.#streams.isIdle(streamId)) throw protocolFault("WINDOW_UPDATE of a stream that is not open");
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (bytes === 0) return stream.refuse(errorCodes.protocolError);
    if (!stream.widen(bytes)) return stream.refuse(errorCodes.flowControlError);
    this.#session.queue.opened(stream);
  }
}
