import zlib from "node:zlib";
import { MonolakeError } from "@monolake/errors";
import { createRequest, readBody } from "@monolake/http";
import { expectSame, FuzzDifference, type Fuzzer, type FuzzRandom } from "@monolake/test-kit";
import { CodecSlots } from "../../src/http/content/codec-slots.ts";
import { RequestDecoding } from "../../src/http/content/request-decoding.ts";

const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  "x-gzip": (bytes) => Buffer.concat([zlib.gzipSync(bytes.subarray(0, 9)), zlib.gzipSync(bytes.subarray(9))]),
  deflate: (bytes) => zlib.deflateSync(bytes),
  Deflate: (bytes) => zlib.deflateRawSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } }),
  zstd: (bytes) => zlib.zstdCompressSync(bytes),
  identity: (bytes) => bytes,
};
const names = Object.keys(encoders);

function madeContent(random: FuzzRandom): Buffer {
  const unit = random.text('abc {}":,\n\0\xff', 1, 30);
  return Buffer.from(
    random.oneIn(3) ? random.text("abcdefgh \r\n", 0, 400) : unit.repeat(random.integer(60)),
    "latin1",
  );
}

/** Bytes changed, left out, put in or said twice. */
function mutated(random: FuzzRandom, bytes: Buffer): Buffer {
  const at = random.integer(bytes.length + 1);
  const made = Buffer.from(random.text("\0\x01\x1f\x8b\x78\xff(/abc", 1, 6), "latin1");
  switch (random.integer(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, made]);
    case 2:
      return Buffer.concat([bytes, bytes]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), made, bytes.subarray(at)]);
    default: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = (changed[at] as number) ^ (1 << random.integer(8));
      return changed;
    }
  }
}

/** The content of a request, or "refused" with the status. */
async function decoded(encoding: string, body: Buffer | Buffer[]): Promise<string> {
  const slots = new CodecSlots(16);
  const decoding = new RequestDecoding({ maxDecodedBytes: 1 << 20, maxRatio: 1000 }, slots);
  const request = createRequest({ method: "POST", headers: { "content-encoding": encoding }, body });
  try {
    const refusal = decoding.decode(request);
    if (refusal !== undefined) return `refused ${refusal.status}`;
    return (await readBody(request.body)).toString("latin1");
  } catch (error) {
    if (MonolakeError.is(error)) return `refused ${(error as unknown as { status: number }).status}`;
    throw error;
  }
}

async function tryContent(random: FuzzRandom): Promise<number> {
  const content = madeContent(random);
  const codings = Array.from({ length: 1 + random.integer(2) }, () => random.pick(names));
  const sound = codings.reduce(
    (bytes, name) => (encoders[name] as (bytes: Buffer) => Buffer)(bytes),
    content,
  );
  const unharmed = random.oneIn(4);
  const bytes = unharmed ? sound : mutated(random, sound);
  const encoding = codings.join(", ");
  const whole = await decoded(encoding, Buffer.from(bytes));
  if (unharmed && whole !== content.toString("latin1"))
    throw new FuzzDifference(`${encoding}: expected the content again, got ${JSON.stringify(whole)}`);
  const places = [random.integer(bytes.length + 1), random.integer(bytes.length + 1), bytes.length - 1, 1];
  for (const at of places) {
    const parts = await decoded(encoding, [
      Buffer.from(bytes.subarray(0, at)),
      Buffer.from(bytes.subarray(at)),
    ]);
    expectSame(`${encoding}: in two pieces, cut at ${at}, it is decoded in another way`, bytes, whole, parts);
  }
  const single =
    bytes.length < 40
      ? await decoded(
          encoding,
          [...bytes].map((byte) => Buffer.from([byte])),
        )
      : whole;
  expectSame(`${encoding}: byte by byte it is decoded in another way`, bytes, whole, single);
  return 2 + places.length;
}

/** Encoded request bodies: here as a whole, in pieces, and byte by byte. */
export const encodedContent: Fuzzer = { name: "services-content", tryOne: tryContent };
