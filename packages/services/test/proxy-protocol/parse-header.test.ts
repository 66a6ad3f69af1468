import { splitEverywhere } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { parseProxyHeader } from "../../src/proxy-protocol/index.ts";
import { binaryHeader, ipv4Block, tlv, withChecksum } from "./headers.ts";

const parse = (bytes: string | Buffer) => parseProxyHeader(Buffer.from(bytes as string, "latin1"));
const socket = (host: string, port: number) => ({ type: "socket", host, port });

describe("a header of version 1", () => {
  it.each([
    ["PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n", socket("1.2.3.4", 1000), socket("5.6.7.8", 80)],
    [
      "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n",
      socket("255.255.255.255", 65535),
      socket("0.0.0.0", 0),
    ],
    ["PROXY TCP6 2001:db8::1 ::1 1 2\r\n", socket("2001:db8::1", 1), socket("::1", 2)],
    [
      `PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`,
      socket("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535),
      socket("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535),
    ],
  ])("names both addresses: %j", (line, source, destination) => {
    expect(parse(`${line}GET /`)).toEqual({
      type: "header",
      header: { version: 1, command: "proxy", transport: "stream", source, destination, tlvs: [] },
      lengthBytes: line.length,
    });
  });

  it.each(["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 what ever 65535\r\n"])(
    "may say that nothing is known: %j",
    (line) => {
      expect(parse(line)).toMatchObject({
        type: "header",
        header: { transport: "unspecified", source: undefined },
        lengthBytes: line.length,
      });
    },
  );

  it.each([
    "PROXY \r\n",
    "PROXY TCP4\r\n",
    "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
    "PROXY TCP4 ::1 ::1 1 2\r\n",
    "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
    "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
    "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n\r\n",
    "PROXY UNKNOWNS\r\n",
    "PROXY __proto__ 1.2.3.4 5.6.7.8 1 2\r\n",
    `PROXY UNKNOWN ${"x".repeat(92)}\r\n`,
  ])("is refused unless it is exactly one: %j", (line) => {
    expect(parse(line)).toMatchObject({ type: "invalid", problem: expect.stringContaining("expected") });
  });
});

describe("a header of version 2", () => {
  it("names both addresses of IPv4", () => {
    expect(parse(binaryHeader())).toEqual({
      type: "header",
      header: {
        version: 2,
        command: "proxy",
        transport: "stream",
        source: socket("203.0.113.7", 4711),
        destination: socket("198.51.100.1", 443),
        tlvs: [],
      },
      lengthBytes: 28,
    });
  });

  it.each([
    ["20010db8000000000000000000000001", "2001:db8::1"],
    ["00000000000000000000000000000000", "::"],
    ["00000000000000000000000000000001", "::1"],
    ["00010000000000000000000000000000", "1::"],
    ["00010000000200000000000300000004", "1:0:2::3:0:4"],
    ["00010000000200030004000500060007", "1:0:2:3:4:5:6:7"],
    ["00000000000000000000ffff01020304", "::ffff:102:304"],
  ])("names addresses of IPv6 as RFC 5952 writes them: %s is %s", (hex, text) => {
    const address = Buffer.from(hex, "hex");
    const block = Buffer.concat([address, address, Buffer.of(0, 1, 0, 2)]);
    expect(parse(binaryHeader({ familyAndTransport: 0x21, block }))).toMatchObject({
      header: { source: socket(text, 1), destination: socket(text, 2) },
    });
  });

  it("names the paths of unix sockets, up to their first zero", () => {
    const block = Buffer.alloc(216);
    block.write("/run/client", 0);
    block.fill("x", 108);
    expect(parse(binaryHeader({ familyAndTransport: 0x31, block }))).toMatchObject({
      header: {
        source: { type: "unix", path: "/run/client" },
        destination: { type: "unix", path: "x".repeat(108) },
      },
      lengthBytes: 232,
    });
  });

  it("tells datagrams from streams", () => {
    expect(parse(binaryHeader({ familyAndTransport: 0x12 }))).toMatchObject({
      header: { transport: "datagram", source: socket("203.0.113.7", 4711) },
    });
  });

  it.each([
    ["LOCAL", { versionAndCommand: 0x20 }],
    ["LOCAL without a block", { versionAndCommand: 0x20, familyAndTransport: 0, block: Buffer.alloc(0) }],
    ["LOCAL of a family that nobody knows", { versionAndCommand: 0x20, familyAndTransport: 0xff }],
    ["LOCAL with nonsense in its block", { versionAndCommand: 0x20, block: Buffer.from("nonsense") }],
    ["an unknown family", { familyAndTransport: 0x00, block: Buffer.from("nonsense") }],
    ["an unknown transport", { familyAndTransport: 0x10 }],
  ])("of %s is skipped whole and names nobody", (_name, parts) => {
    const header = binaryHeader(parts);
    expect(parse(Buffer.concat([header, Buffer.from("GET /")]))).toMatchObject({
      type: "header",
      header: {
        command: "versionAndCommand" in parts ? "local" : "proxy",
        transport: "unspecified",
        source: undefined,
        tlvs: [],
      },
      lengthBytes: header.length,
    });
  });

  it.each([
    ["version 1", { versionAndCommand: 0x11 }],
    ["version 3", { versionAndCommand: 0x31 }],
    ["another command", { versionAndCommand: 0x22 }],
    ["another family", { familyAndTransport: 0x41 }],
    ["another transport", { familyAndTransport: 0x13 }],
    ["too few bytes for its addresses", { block: ipv4Block.subarray(1) }],
    ["half a piece of information", { block: Buffer.concat([ipv4Block, Buffer.of(4, 0)]) }],
    ["a piece that is longer than the header", { block: Buffer.concat([ipv4Block, tlv(4, "abc", 4)]) }],
    ["a checksum of three bytes", { block: Buffer.concat([ipv4Block, tlv(3, "abc")]) }],
  ])("is refused with %s", (_name, parts) => {
    expect(parse(binaryHeader(parts))).toMatchObject({ type: "invalid" });
  });

  it("is refused when its checksum is wrong, and taken when it is right", () => {
    const pieces = [tlv(2, "example.com"), tlv(5, "id-1")];
    const good = withChecksum(pieces);
    expect(parse(good)).toMatchObject({ type: "header", lengthBytes: good.length });
    expect(parse(withChecksum(pieces, 1))).toMatchObject({
      type: "invalid",
      problem: expect.stringMatching(/expected the checksum \d+, found \d+/),
    });
    const changed = Buffer.from(good);
    changed[16] = 9;
    expect(parse(changed)).toMatchObject({ type: "invalid" });
  });

  it("gives its additional information in order, up to 64 KiB of it", () => {
    const large = Buffer.alloc(0xffff - ipv4Block.length - 3 - 3 - 11, 7);
    const header = binaryHeader({
      block: Buffer.concat([ipv4Block, tlv(2, "example.com"), tlv(0xe0, large)]),
    });
    expect(header.length).toBe(16 + 0xffff);
    const parsed = parse(header);
    expect(parsed.type === "header" && parsed.header.tlvs).toEqual([
      { type: 2, value: Buffer.from("example.com") },
      { type: 0xe0, value: large },
    ]);
  });

  it("is refused as soon as its length is known to be too much", () => {
    const start = binaryHeader({ length: 100 }).subarray(0, 16);
    expect(parseProxyHeader(start, 115)).toMatchObject({
      type: "invalid",
      problem: "expected a header of at most 115 bytes, found one of 116",
    });
    expect(parseProxyHeader(start, 116)).toEqual({ type: "incomplete" });
  });
});

describe("any first bytes", () => {
  it.each([
    ["PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n", 6],
    [binaryHeader(), 12],
    [withChecksum([tlv(2, "example.com")]), 12],
    [binaryHeader({ versionAndCommand: 0x20, familyAndTransport: 0, block: Buffer.alloc(0) }), 12],
  ])("of a header are undecided, then incomplete, until all of it is there", (header, decidedAt) => {
    const bytes = Buffer.from(header as string, "latin1");
    for (const [head] of splitEverywhere(bytes)) {
      const { type } = parseProxyHeader(Buffer.from(head));
      const expected = head.length < decidedAt ? "undecided" : "incomplete";
      expect([head.length, type]).toEqual([head.length, head.length === bytes.length ? "header" : expected]);
    }
  });

  it.each(["GET / HTTP/1.1\r\n", "PROXYX", "PROXY\t", "\x16\x03\x01", "\r\n\r\n\0\r\nQUIT\r", "\0"])(
    "of something else are told at the first byte that differs: %j",
    (text) => {
      expect(parse(text)).toEqual({ type: "absent" });
      expect(parse(text.slice(0, -1)).type).not.toBe("header");
    },
  );
});
