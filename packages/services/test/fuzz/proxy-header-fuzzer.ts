import { expectSame, FuzzDifference, type Fuzzer, type FuzzRandom, mutatedText } from "@monolake/test-kit";
import {
  encodeProxyHeader,
  type ParsedProxyHeader,
  parseProxyHeader,
} from "../../src/proxy-protocol/index.ts";
import { binaryHeader, tlv, withChecksum } from "../proxy-protocol/headers.ts";

const hosts = ["1.2.3.4", "0.0.0.0", "::1", "2001:db8::7", "::ffff:1.2.3.4", "1.2.3", "x", ""];
const ports = ["0", "1", "80", "65535", "65536", "080", ""];
const families = ["TCP4", "TCP4", "TCP6", "UNKNOWN", "TCP5", "__proto__"];

function madeLine(random: FuzzRandom): string {
  const fields = [random.pick(hosts), random.pick(hosts), random.pick(ports), random.pick(ports)];
  return `PROXY ${random.pick(families)} ${fields.join(" ")}\r\n`;
}

function madeBinary(random: FuzzRandom): Buffer {
  const pieces = Array.from({ length: random.integer(4) }, () =>
    tlv(random.integer(256), Buffer.alloc(random.integer(40), random.integer(256))),
  );
  if (random.oneIn(3)) return withChecksum(pieces.filter((piece) => piece[0] !== 3));
  const [familyAndTransport, addressBytes] = random.pick([
    [0x11, 12],
    [0x12, 12],
    [0x21, 36],
    [0x31, 216],
    [0x00, 0],
    [0x10, 5],
  ] as const);
  const addresses = Buffer.from(Array.from({ length: addressBytes }, () => random.integer(256)));
  const block = Buffer.concat([addresses, ...pieces]);
  return binaryHeader({ versionAndCommand: random.oneIn(5) ? 0x20 : 0x21, familyAndTransport, block });
}

const isOpen = ({ type }: ParsedProxyHeader): boolean => type === "undecided" || type === "incomplete";

/** However much of it is there, a header is read as what it is in the end, or waited for. */
function sameForEveryPart(random: FuzzRandom, bytes: Buffer, whole: ParsedProxyHeader): number {
  const every = bytes.length < 300 && random.oneIn(8);
  const places = every
    ? Array.from({ length: bytes.length }, (_, at) => at)
    : [random.integer(bytes.length + 1), random.integer(bytes.length + 1)];
  for (const at of places) {
    const part = parseProxyHeader(bytes.subarray(0, at));
    if (isOpen(part)) {
      const isThere = whole.type === "header" && at >= whole.lengthBytes;
      if (isThere) throw new FuzzDifference(`a header of ${whole.lengthBytes} bytes is not read from ${at}`);
    } else if (part.type !== "invalid" || whole.type !== "invalid") {
      expectSame(`the first ${at} bytes are read in another way`, bytes, part, whole);
    }
  }
  return places.length;
}

/** What is read is written as it was, as far as there is one way to write it. */
function sameWhenWritten(bytes: Buffer, whole: ParsedProxyHeader): void {
  if (whole.type !== "header" || whole.header.source?.type !== "socket") return;
  const { version, source, destination, transport } = whole.header;
  const written = encodeProxyHeader(version, source, destination);
  if (version === 1) {
    const again = parseProxyHeader(written);
    const hostOf = (parsed: ParsedProxyHeader) =>
      parsed.type === "header" && parsed.header.source?.type === "socket" ? parsed.header.source.port : -1;
    expectSame("the line is written in another way", bytes, hostOf(whole), hostOf(again));
    return;
  }
  const isMapped = [source, destination].some(
    (end) => end?.type === "socket" && end.host.startsWith("::ffff:"),
  );
  if (transport !== "stream" || isMapped) return;
  // Behind the length, which counts additional information, too.
  const addresses = (header: Buffer) => header.subarray(16, written.length).toString("hex");
  expectSame("the addresses are written in another way", bytes, addresses(bytes), addresses(written));
}

function tryHeader(random: FuzzRandom): number {
  const made = random.oneIn(2) ? Buffer.from(madeLine(random), "latin1") : madeBinary(random);
  const followed = Buffer.concat([
    made,
    Buffer.from(random.oneIn(2) ? "GET / HTTP/1.1\r\n" : "\x16\x03\x01", "latin1"),
  ]);
  const bytes = random.oneIn(3) ? followed : mutatedText(random, followed.toString("latin1"));
  const whole = parseProxyHeader(bytes);
  if (whole.type === "header" && (whole.lengthBytes < 15 || whole.lengthBytes > bytes.length))
    throw new FuzzDifference(`a header of ${whole.lengthBytes} bytes in ${bytes.length}`);
  sameWhenWritten(bytes, whole);
  return 1 + sameForEveryPart(random, bytes, whole);
}

/** PROXY headers, sound and changed at random, whole and in part. */
export const proxyHeaders: Fuzzer = { name: "proxy-headers", tryOne: tryHeader };
