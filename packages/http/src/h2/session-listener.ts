import type { FieldSection, SectionLimits } from "./hpack/field-decoder.ts";
import type { Http2Stream } from "./http2-stream.ts";
import type { PeerSettings } from "./peer-settings.ts";

/** Which side of a connection this is, and what it lets the peer do. */
export interface SessionOptions {
  readonly side: "server" | "client";
  /** Streams that the peer opens, at a time. */
  readonly maxConcurrentStreams: number;
  readonly enableConnectProtocol: boolean;
  /** What the peer may send on a stream before somebody takes it. */
  readonly streamWindowBytes: number;
  /** What it may have on its way here on all of them. */
  readonly connectionWindowBytes: number;
  /** Of a field section. A larger one costs its stream. */
  readonly section: SectionLimits;
}

/** "section": one that is larger than it may be, which costs most. */
export type Offence = "section" | "other";

/** Hears what happens on a connection. */
export interface SessionListener {
  /** The peer has opened a stream: `stream.listener` is to be set. `ended`: there is no content. */
  streamOpened(stream: Http2Stream, section: FieldSection, ended: boolean): void;
  /** What was read together has been told. */
  readEnded(): void;
  /** Something of a message came. */
  progressed(): void;
  /** What costs work and brings nothing: settings again, a stream that is refused, more frames without a use than are allowed. */
  offended(what: Offence): void;
  settingsReceived(settings: PeerSettings): void;
  /** A ping of ours came back. */
  pingReturned(): void;
  goawayReceived(lastStreamId: number): void;
  /** A fault or the peer has ended it: it closes when what is written is taken. Streams have been told before. */
  sessionEnded(): void;
  /** Everything is over; streams have been told before. */
  sessionClosed(error: Error | undefined): void;
}
