import type { Detection, Detector } from "../common/detection/detector.ts";
import { TlsClientHelloError } from "./errors.ts";

/** What a client says before anything is encrypted, as far as it matters for choosing a certificate. */
export interface ClientHello {
  /** The host name it wants (SNI, RFC 6066), in lower case; undefined where it names none. */
  readonly serverName: string | undefined;
}

/** Enough for any ClientHello that is not made to occupy memory: with post-quantum keys they have 2 KB. */
const maxBytes = 32 * 1024;
/** Whoever sends it in smaller pieces wants something else: all of them are gone through whenever more has come. */
const maxRecords = 4096;
const recordHeaderBytes = 5;
const handshakeHeaderBytes = 4;
const handshakeRecord = 22;
const clientHelloMessage = 1;
const serverNameExtension = 0;
const hostName = 0;

const more: Detection<never> = { type: "more" };

/**
 * Reads the ClientHello of a connection, which may come in several records (RFC 8446 §5.1); whoever gets the connection reads it
 * again. Throws ERR_TLS_CLIENT_HELLO at the first byte that cannot belong to one.
 */
export const clientHelloDetector: Detector<ClientHello> = {
  inspect(bytes) {
    const { parts, carriedBytes } = handshakeParts(bytes);
    if (carriedBytes < handshakeHeaderBytes) return more;
    const header = headerOf(parts);
    if (header[0] !== clientHelloMessage) throw notHello("another message comes first");
    const messageBytes = header.readUIntBE(1, 3);
    if (messageBytes > maxBytes) throw notHello(`it has ${messageBytes} bytes, more than ${maxBytes}`);
    const end = handshakeHeaderBytes + messageBytes;
    if (carriedBytes < end) return more;
    const message = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const outcome = { serverName: serverNameOf(new Fields(message.subarray(handshakeHeaderBytes, end))) };
    return { type: "detected", outcome };
  },
};

interface HandshakeParts {
  readonly parts: readonly Buffer[];
  readonly carriedBytes: number;
}

/** What the records that have come, whole or in part, carry, up to the end of the message; something else may follow it. */
function handshakeParts(bytes: Buffer): HandshakeParts {
  const parts: Buffer[] = [];
  let carriedBytes = 0;
  let wantedBytes = handshakeHeaderBytes;
  for (let start = 0; start < bytes.length && carriedBytes < wantedBytes; ) {
    if (bytes[start] !== handshakeRecord) throw notHello("what came is not TLS");
    if (start + 1 < bytes.length && bytes[start + 1] !== 3) throw notHello("what came is not TLS");
    if (parts.length === maxRecords) throw notHello(`it comes in more than ${maxRecords} records`);
    const contentStart = start + recordHeaderBytes;
    if (contentStart > bytes.length) break;
    const end = contentStart + bytes.readUInt16BE(start + 3);
    if (end === contentStart) throw notHello("a record is empty");
    const part = bytes.subarray(contentStart, Math.min(end, bytes.length));
    parts.push(part);
    carriedBytes += part.length;
    // How long the message is, as soon as it says so: to look again for each record would take the worker's time.
    if (wantedBytes === handshakeHeaderBytes && carriedBytes >= wantedBytes)
      wantedBytes += headerOf(parts).readUIntBE(1, 3);
    start = end;
  }
  return { parts, carriedBytes };
}

/** Type and length, where they have come. */
const headerOf = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat(parts.slice(0, handshakeHeaderBytes), handshakeHeaderBytes);

/** Goes through the fields of a ClientHello (RFC 8446 §4.1.2); OpenSSL judges later whether they make sense. */
function serverNameOf(hello: Fields): string | undefined {
  // Version, random.
  hello.skip(2 + 32);
  // Session id, cipher suites, compression methods.
  hello.skip(hello.number(1));
  hello.skip(hello.number(2));
  hello.skip(hello.number(1));
  if (hello.ended) return undefined;
  const extensions = hello.block(2);
  while (!extensions.ended) {
    const type = extensions.number(2);
    const data = extensions.block(2);
    if (type === serverNameExtension) return nameIn(data);
  }
  return undefined;
}

function nameIn(data: Fields): string | undefined {
  // A server's answer has an empty one; in a hello, OpenSSL refuses it.
  if (data.ended) return undefined;
  const list = data.block(2);
  if (list.number(1) !== hostName) return undefined;
  return list.block(2).text().toLowerCase();
}

/** Fields one after another; what is short throws. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(bytes: 1 | 2): number {
    const start = this.#at;
    this.skip(bytes);
    return this.#bytes.readUIntBE(start, bytes);
  }

  skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw notHello("a field is cut off");
  }

  /** What is behind its length, which takes so many bytes. */
  block(lengthBytes: 1 | 2): Fields {
    const length = this.number(lengthBytes);
    const start = this.#at;
    this.skip(length);
    return new Fields(this.#bytes.subarray(start, this.#at));
  }

  text(): string {
    return this.#bytes.toString("latin1", this.#at);
  }
}

const notHello = (reason: string) => new TlsClientHelloError({ reason });
