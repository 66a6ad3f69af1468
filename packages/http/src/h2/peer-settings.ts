import {
  ConnectionFault,
  errorCodes,
  frameBytes,
  initialWindowBytes,
  largestWindowBytes,
  protocolFault,
  settingIds,
  sizeFault,
  windowFault,
} from "./frames.ts";

/** There are seven. */
const mostSettings = 32;

/** Who keeps a table of fields as the peer has it. */
interface TableOwner {
  setHeaderTableBytes(bytes: number): void;
}

/** What the peer's SETTINGS say, with the defaults of RFC 9113 section 6.5.2. */
export class PeerSettings {
  /** The peer has said something. */
  known = false;
  maxConcurrentStreams: number = Number.POSITIVE_INFINITY;
  /** RFC 8441 section 3. */
  enableConnectProtocol = false;
  initialWindowBytes: number = initialWindowBytes;
  readonly #side: "server" | "client";
  readonly #encoder: TableOwner;

  /** `side` is ours; `encoder` hears how much the peer remembers. */
  constructor(side: "server" | "client", encoder: TableOwner) {
    this.#side = side;
    this.#encoder = encoder;
  }

  /** Takes the payload of a frame. Throws a {@link ConnectionFault} for what may not be. */
  read(payload: Buffer): void {
    if (payload.length % 6 !== 0) throw sizeFault("SETTINGS");
    if (payload.length > 6 * mostSettings)
      throw new ConnectionFault(errorCodes.enhanceYourCalm, "SETTINGS with more parameters than there are");
    for (let at = 0; at < payload.length; at += 6)
      this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
  }

  #set(id: number, value: number): void {
    switch (id) {
      case settingIds.headerTableSize:
        // Each of them: the least of several has to be acknowledged, too (RFC 7541 section 4.2).
        this.#encoder.setHeaderTableBytes(value);
        return;
      case settingIds.maxConcurrentStreams:
        this.maxConcurrentStreams = value;
        return;
      case settingIds.initialWindowSize:
        if (value > largestWindowBytes) throw windowFault();
        this.initialWindowBytes = value;
        return;
      case settingIds.enablePush:
        if (value > 1 || (value === 1 && this.#side === "client"))
          throw protocolFault("ENABLE_PUSH is 0 or 1, and 0 of a server");
        return;
      case settingIds.maxFrameSize:
        // No more than the least is sent here.
        if (value < frameBytes || value >= 2 ** 24) throw protocolFault("MAX_FRAME_SIZE is 2^14 to 2^24-1");
        return;
      case settingIds.enableConnectProtocol:
        if (value > 1) throw protocolFault("ENABLE_CONNECT_PROTOCOL is 0 or 1");
        this.enableConnectProtocol = value === 1;
    }
  }
}
