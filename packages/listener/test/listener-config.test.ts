import { describe, expect, it } from "vitest";
import { listen, parseListenerConfig } from "../src/index.ts";
import { recordingLogger } from "./peers.ts";

describe("a listener's configuration", () => {
  it("takes the names of configuration files", () => {
    const file = {
      type: "socket",
      value: "127.0.0.1:80",
      backlog: 10,
      reuse_port: true,
      reuse_addr: true,
      send_buf_size: 1,
      recv_buf_size: 2,
      tcp_fast_open: false,
      no_delay: false,
      keep_alive: true,
      keep_alive_delay_ms: 5,
      ipv6_only: false,
      max_connections: 3,
      reserved_descriptors: 4,
    };
    expect(parseListenerConfig(file)).toEqual({
      type: "socket",
      value: "127.0.0.1:80",
      backlog: 10,
      reusePort: true,
      reuseAddr: true,
      sendBufferBytes: 1,
      receiveBufferBytes: 2,
      fastOpen: false,
      noDelay: false,
      keepAlive: true,
      keepAliveDelayMs: 5,
      ipv6Only: false,
      maxConnections: 3,
      reservedDescriptors: 4,
    });
  });

  it("takes what it gave", () => {
    const config = parseListenerConfig({ type: "unix", value: "/run/a", mode: "0660", backlog: 1 });
    expect(config).toEqual({ type: "unix", value: "/run/a", mode: 0o660, backlog: 1 });
    expect(parseListenerConfig(config)).toEqual(config);
  });

  it.each([
    [null, "expected an object with type and value for the listener, found null"],
    [[], "expected an object with type and value for the listener, found []"],
    [{ value: "127.0.0.1:80" }, 'expected "socket" or "unix" for type, found nothing'],
    [{ type: "socket" }, "expected an address for value, found nothing"],
    [{ type: "socket", value: 80 }, "expected a text for value, found 80"],
    [
      { type: "socket", value: "127.0.0.1:80", backlog: 0 },
      "expected a whole number from 1 for backlog, found 0",
    ],
    [
      { type: "socket", value: "127.0.0.1:80", reuse_port: "yes" },
      'expected true or false for reuse_port, found "yes"',
    ],
    [{ type: "unix", value: "/a", mode: "rw" }, 'expected permissions like "0660" for mode, found "rw"'],
    [{ type: "unix", value: "/a", no_delay: true }, "for unknown key no_delay, found true"],
    [
      { type: "socket", value: "127.0.0.1:80", backlog: 1, constructor: 1 },
      "for unknown key constructor, found 1",
    ],
    [
      { type: "socket", value: "127.0.0.1:80", reuse_port: true, reusePort: true },
      "expected one of reusePort and reuse_port, not both, for reusePort",
    ],
  ])("refuses %j", (data, message) => {
    expect(() => parseListenerConfig(data)).toThrow(
      expect.objectContaining({
        code: "ERR_LISTENER_CONFIG_INVALID",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("says of options without an effect that they have none", async () => {
    const logger = recordingLogger();
    await using _listener = await listen(
      { type: "socket", value: "127.0.0.1:0", sendBufferBytes: 1, fastOpen: true, reuseAddr: true },
      { logger },
    );
    expect(logger.records.map(({ level, fields }) => [level, fields["option"], fields["reason"]])).toEqual([
      ["warn", "sendBufferBytes", expect.stringContaining("SO_SNDBUF")],
      ["warn", "fastOpen", expect.stringContaining("TCP_FASTOPEN")],
    ]);
  });
});
