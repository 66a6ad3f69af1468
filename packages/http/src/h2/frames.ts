/** Types of frames (RFC 9113 section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; `ack` and `endStream` are one bit. */
export const frameFlags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** Parameters of SETTINGS (RFC 9113 section 6.5.2, RFC 8441 section 3). */
export const settingIds = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
  enableConnectProtocol: 8,
} as const;

/** Error codes (RFC 9113 section 7). */
export const errorCodes = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  connectError: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const;

/** How RFC 9113 section 7 calls an error code. */
export function errorName(code: number): string {
  const name = Object.entries(errorCodes).find(([, known]) => known === code)?.[0];
  return name?.replace(/(?=[A-Z]|11)/g, "_").toUpperCase() ?? String(code);
}

/** In front of every frame. */
export const frameHeadBytes = 9;
/** What each side may send in one frame before it is told more, and what is sent here at most (RFC 9113 section 6.5.2). */
export const frameBytes: number = 16 * 1024;
/** Of a stream and of a connection, before anything else was said (RFC 9113 section 6.9.2). */
export const initialWindowBytes = 65_535;
export const largestWindowBytes: number = 2 ** 31 - 1;
export const largestStreamId: number = 2 ** 31 - 1;

/** What is wrong with a connection as a whole: it ends with GOAWAY (RFC 9113 section 5.4.1). */
export class ConnectionFault extends Error {
  /** One of {@link errorCodes}. */
  readonly errorCode: number;

  constructor(errorCode: number, what: string) {
    super(what);
    this.errorCode = errorCode;
  }
}

export const protocolFault = (what: string): ConnectionFault =>
  new ConnectionFault(errorCodes.protocolError, what);
export const sizeFault = (what: string): ConnectionFault =>
  new ConnectionFault(errorCodes.frameSizeError, `${what} of the wrong length`);
export const windowFault = (): ConnectionFault =>
  new ConnectionFault(errorCodes.flowControlError, "a window of more than 2^31-1 bytes");

/** The payload of DATA or HEADERS without its padding (RFC 9113 section 6.1). Throws a {@link ConnectionFault}. */
export function withoutPadding(flags: number, payload: Buffer): Buffer {
  if ((flags & frameFlags.padded) === 0) return payload;
  const padding = payload[0];
  if (padding === undefined) throw sizeFault("a frame with less than its padding");
  if (padding >= payload.length) throw protocolFault("a frame with more padding than it has room for");
  return payload.subarray(1, payload.length - padding);
}
