import { describe, expect, it } from "vitest";
import { parseListenAddress } from "../src/index.ts";

describe("a socket address", () => {
  it.each([
    ["127.0.0.1:8080", { type: "socket", host: "127.0.0.1", port: 8080 }],
    ["0.0.0.0:0", { type: "socket", host: "0.0.0.0", port: 0 }],
    ["[::]:65535", { type: "socket", host: "::", port: 65_535 }],
    ["[fe80::1%eth0]:80", { type: "socket", host: "fe80::1%eth0", port: 80 }],
  ])("reads %s", (value, address) => {
    expect(parseListenAddress({ type: "socket", value })).toEqual(address);
  });

  it.each([
    "localhost:80",
    ":80",
    "80",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:8o",
    "::1:80",
    "[::1]",
    "[127.0.0.1]:80",
    "[localhost]:80",
    "256.0.0.1:80",
    "http://127.0.0.1:80",
    "127.0.0.1:80 ",
    "",
  ])("refuses %j and says what it expected", (value) => {
    const expected = `listen address: expected ip:port like 127.0.0.1:8080 or [::]:8080, found ${JSON.stringify(value)}`;
    expect(() => parseListenAddress({ type: "socket", value })).toThrow(
      expect.objectContaining({ code: "ERR_LISTEN_ADDRESS_INVALID", message: expected }),
    );
  });
});

describe("a unix address", () => {
  it("is a path", () => {
    expect(parseListenAddress({ type: "unix", value: "/run/a.sock" })).toEqual({
      type: "unix",
      path: "/run/a.sock",
    });
  });

  it.each(["", "/run/a\0b"])("is not %j", (value) => {
    expect(() => parseListenAddress({ type: "unix", value })).toThrow(
      /expected a path like \/run\/app\.sock/,
    );
  });
});

it("refuses another type", () => {
  const config = { type: "udp", value: "127.0.0.1:53" } as unknown as { type: "socket"; value: string };
  expect(() => parseListenAddress(config)).toThrow('expected type "socket" or "unix", found "udp"');
});
