import type { SocketAddress } from "@monolake/streams";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeProxyHeader, parseProxyHeader } from "../../src/proxy-protocol/index.ts";

const socket = (host: string, port: number): SocketAddress => ({ type: "socket", host, port });
const unix: SocketAddress = { type: "unix", path: "/run/app" };

describe("a header for an upstream", () => {
  it.each([
    [socket("1.2.3.4", 5), socket("6.7.8.9", 10), "TCP4 1.2.3.4 6.7.8.9 5 10"],
    [socket("2001:db8::1", 5), socket("::1", 10), "TCP6 2001:db8::1 ::1 5 10"],
    [socket("::ffff:1.2.3.4", 5), socket("::ffff:6.7.8.9", 10), "TCP4 1.2.3.4 6.7.8.9 5 10"],
    [socket("fe80::1%eth0", 5), socket("1.2.3.4", 10), "TCP6 fe80::1 ::ffff:1.2.3.4 5 10"],
    [unix, socket("1.2.3.4", 10), "UNKNOWN"],
    [socket("1.2.3.4", 10), undefined, "UNKNOWN"],
    [socket("some.host", 10), socket("1.2.3.4", 10), "UNKNOWN"],
  ])("of version 1 from %j to %j says %s", (source, destination, expected) => {
    expect(encodeProxyHeader(1, source, destination).toString("latin1")).toBe(`PROXY ${expected}\r\n`);
  });

  it("of version 2 says nothing of unix sockets", () => {
    expect(encodeProxyHeader(2, unix, unix).toString("hex")).toBe("0d0a0d0a000d0a515549540a21000000");
  });

  it("is read as it was written, in both versions", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const port = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(address, address, port, port, (from, to, fromPort, toPort) => {
        const hosts = [1, 2].map((version) => {
          const bytes = encodeProxyHeader(version as 1 | 2, socket(from, fromPort), socket(to, toPort));
          const parsed = parseProxyHeader(bytes);
          expect(parsed).toMatchObject({
            type: "header",
            lengthBytes: bytes.length,
            header: { source: { port: fromPort }, destination: { port: toPort } },
          });
          const { source, destination } = (parsed as Extract<typeof parsed, { type: "header" }>).header;
          return [source, destination].map((end) => canonical((end as { host: string }).host));
        });
        expect(hosts[0]).toEqual(hosts[1]);
        const isMixed = from.includes(":") !== to.includes(":");
        if (!isMixed) expect(hosts[0]).toEqual([canonical(from), canonical(to)]);
      }),
    );
  });
});

/** One text for each address, in IPv6; an address of IPv4 is a mapped one. */
const canonical = (host: string): string =>
  new URL(`http://[${host.includes(":") ? host : `::ffff:${host}`}]/`).hostname;
