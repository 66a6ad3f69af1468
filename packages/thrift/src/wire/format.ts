/**
 * What lies around a message.
 * - "ttheader": a TTHeader, then the message
 * - "ttheader-framed": a TTHeader, then a frame with the message
 * - "framed": a length of 4 bytes, then the message
 * - "unframed": the message alone; its end is found by walking it
 */
export type ThriftTransport = "ttheader" | "ttheader-framed" | "framed" | "unframed";

/** How a message is encoded. "binary-old" is the binary protocol without a version in the head (non-strict). */
export type ThriftProtocol = "binary" | "binary-old" | "compact";

/** A transport and a protocol. There is one object for each pair, so they may be compared by identity. */
export interface ThriftFormat {
  readonly transport: ThriftTransport;
  readonly protocol: ThriftProtocol;
  /** From 0, below {@link thriftFormats}' length. */
  readonly index: number;
  /** There is a TTHeader. */
  readonly hasHeader: boolean;
}

const transports: readonly ThriftTransport[] = ["ttheader", "ttheader-framed", "framed", "unframed"];
const protocols: readonly ThriftProtocol[] = ["binary", "binary-old", "compact"];

/** Every format. */
export const thriftFormats: readonly ThriftFormat[] = transports.flatMap((transport, row) =>
  protocols.map((protocol, column) =>
    Object.freeze({
      transport,
      protocol,
      index: row * protocols.length + column,
      hasHeader: transport === "ttheader" || transport === "ttheader-framed",
    }),
  ),
);

/** The format of a transport and a protocol. */
export function thriftFormat(transport: ThriftTransport, protocol: ThriftProtocol): ThriftFormat {
  const index = transports.indexOf(transport) * protocols.length + protocols.indexOf(protocol);
  return thriftFormats[index] as ThriftFormat;
}

/**
 * Whether a caller that asked in one format understands an answer in another: servers answer a binary call without a version
 * with one, as Apache's do, and may frame what is in a TTHeader or not.
 */
export const isAnswerFormat = (asked: ThriftFormat, answered: ThriftFormat): boolean =>
  asked === answered ||
  (asked.hasHeader === answered.hasHeader &&
    (asked.hasHeader || asked.transport === answered.transport) &&
    (asked.protocol === "compact") === (answered.protocol === "compact"));
