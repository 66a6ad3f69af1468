import {
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  sensitiveHeaders,
} from "node:http2";
import { type Duplex, duplexPair } from "node:stream";
import {
  decodeFrame,
  encodeFrame,
  expectSame,
  type Fuzzer,
  type FuzzRandom,
  frameFlags,
  frameTypes,
  type Http2Frame,
  http2Preface,
} from "@monolake/test-kit";
import { FieldDecoder } from "../../../src/h2/hpack/field-decoder.ts";
import { FieldEncoder } from "../../../src/h2/hpack/field-encoder.ts";
import { setting } from "./made-frames.ts";

const { headers, settings, continuation, goaway, rstStream } = frameTypes;
const { ack, endHeaders, endStream } = frameFlags;
const frameBytes = 16_384;
const tableSizes = [0, 33, 64, 100, 1000, 4095, 4096, 65_536];

const knownNames = ["accept", "accept-encoding", "user-agent", "via", "referer", "authorization", "cookie"];
const characters = 'abcdefghijklmnopqrstuvwxyz0123456789 -_/.;,="%~|{}^\x80\xa0\xff\xe9!$';

const pathCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_/.~%?=&";

function value(random: FuzzRandom): string {
  if (random.oneIn(3)) return random.pick(["", "gzip, deflate", "a", "/index.html", "b"]);
  const text = random.text(characters, 0, random.oneIn(8) ? 700 : 30);
  return text.trim().replace(/^[\xa0\s]+|[\xa0\s]+$/g, "");
}

/** Names and values, most of which come again in later blocks. */
function made(random: FuzzRandom, most: number): string[] {
  const fields: string[] = [];
  for (let left = random.integer(most + 1); left > 0; left -= 1) {
    const name = random.oneIn(3) ? random.pick(knownNames) : `x-${random.integer(random.oneIn(4) ? 300 : 8)}`;
    fields.push(name, value(random));
  }
  return fields;
}

const pseudo = [":method", "GET", ":scheme", "http", ":authority", "test"];

/** A connection with nghttp2 at its other end: our encoder writes to its decoder, and its encoder to our decoder. */
class Peers {
  readonly session: ServerHttp2Session;
  readonly #wire: Duplex;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #encoder = new FieldEncoder();
  readonly #decoder = new FieldDecoder({ maxBytes: 1_000_000, maxFields: 10_000 });
  readonly #random: FuzzRandom;
  #block: Buffer[] = [];
  #streamId = 1;
  #asked: readonly string[] = [];
  #answer: string[] = [];
  #answered: (() => void) | undefined = undefined;
  #failed: ((error: unknown) => void) | undefined = undefined;

  constructor(random: FuzzRandom) {
    this.#random = random;
    const [wire, far] = duplexPair();
    this.#wire = wire;
    wire.on("data", (chunk: Buffer) => this.#received(chunk));
    this.session = performServerHandshake(far, {
      maxHeaderListPairs: 1000,
      settings: { headerTableSize: random.pick(tableSizes), maxHeaderListSize: 1_000_000 },
    });
    this.session.on("stream", (stream, _fields, _flags, raw) => this.#requested(stream, raw as string[]));
    this.session.on("error", (error) => this.#failed?.(error));
    this.#wire.write(http2Preface);
    this.#settings();
  }

  /** What our decoder lets the other side remember. */
  #settings(): void {
    const size = setting(1, Math.min(4096, this.#random.pick(tableSizes)));
    this.#wire.write(encodeFrame(settings, 0, 0, size));
  }

  /** One block each way. */
  async exchange(): Promise<void> {
    const random = this.#random;
    if (random.oneIn(8)) this.#settings();
    if (random.oneIn(8)) this.session.settings({ headerTableSize: random.pick(tableSizes) });
    this.#asked = [...pseudo, ":path", `/${random.text(pathCharacters, 0, 40)}`, ...made(random, 12)];
    await new Promise<void>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#send();
    });
  }

  #send(): void {
    const into = Buffer.alloc(FieldEncoder.maxBytes(this.#asked));
    const block = into.subarray(0, this.#encoder.encode(this.#asked, into, 0));
    let type: number = headers;
    for (let at = 0; at < block.length; at += frameBytes) {
      const flags = (at + frameBytes >= block.length ? endHeaders : 0) | (at === 0 ? endStream : 0);
      this.#wire.write(encodeFrame(type, flags, this.#streamId, block.subarray(at, at + frameBytes)));
      type = continuation;
    }
    this.#streamId += 2;
  }

  #requested(stream: ServerHttp2Stream, raw: readonly string[]): void {
    try {
      expectSame("nghttp2 reads other fields", Buffer.alloc(0), this.#asked, raw);
      this.#respond(stream);
    } catch (error) {
      this.#failed?.(error);
    }
  }

  #respond(stream: ServerHttp2Stream): void {
    const fields = new Map<string, string[]>();
    const flat = made(this.#random, 12);
    for (let at = 0; at < flat.length; at += 2) {
      const name = flat[at] as string;
      const single = name === "user-agent" || name === "referer" || name === "authorization";
      if (single) fields.set(name, [flat[at + 1] as string]);
      else fields.set(name, [...(fields.get(name) ?? []), flat[at + 1] as string]);
    }
    const status = this.#random.pick(["200", "204", "404", "299"]);
    this.#answer = [
      ":status",
      status,
      ...[...fields].flatMap(([name, values]) => values.flatMap((one) => [name, one])),
      "date",
      "x",
    ];
    const secret = this.#random.oneIn(2) ? ["x-1", "cookie"] : [];
    stream.on("error", () => {});
    const sent = Object.fromEntries(
      [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    );
    stream.respond(
      { ":status": status, ...sent, date: "x", [sensitiveHeaders]: secret },
      { endStream: true },
    );
  }

  #received(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const frame = decodeFrame(this.#bytes, 0);
      if (frame === undefined) return;
      this.#bytes = this.#bytes.subarray(9 + frame.payload.length);
      this.#read(frame);
    }
  }

  #read({ type, flags, payload }: Http2Frame): void {
    try {
      if (type === goaway)
        throw new Error(`nghttp2 ends the connection: ${payload.readUInt32BE(4)} ${payload.subarray(8)}`);
      if (type === rstStream && payload.readUInt32BE(0) !== 0)
        throw new Error("nghttp2 takes it for malformed");
      if (type === settings && (flags & ack) === 0) this.#settingsRead(payload);
      if (type === headers || type === continuation) this.#block.push(payload);
      if ((type === headers || type === continuation) && (flags & endHeaders) !== 0) this.#blockRead();
    } catch (error) {
      this.#failed?.(error);
    }
  }

  #settingsRead(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6)
      if (payload.readUInt16BE(at) === 1) this.#encoder.setMaxBytes(payload.readUInt32BE(at + 2));
    this.#wire.write(encodeFrame(settings, ack, 0));
  }

  #blockRead(): void {
    const block = Buffer.concat(this.#block);
    this.#block = [];
    const { fields, malformed } = this.#decoder.decode(block);
    expectSame("we read other fields than nghttp2 wrote", block, [fields, malformed], [this.#answer, false]);
    this.#answered?.();
  }

  close(): void {
    this.#failed = undefined;
    this.session.destroy();
    this.#wire.destroy();
  }
}

async function tryFields(random: FuzzRandom): Promise<number> {
  const peers = new Peers(random);
  const blocks = 1 + random.integer(100);
  try {
    for (let left = blocks; left > 0; left -= 1) await peers.exchange();
  } finally {
    peers.close();
  }
  return 2 * blocks;
}

/** Field blocks: what our encoder writes nghttp2 reads alike, and the other way round, whatever the tables may hold. */
export const http2Fields: Fuzzer = { name: "http2-fields", tryOne: tryFields };
