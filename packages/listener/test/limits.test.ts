import { describe, expect, it } from "vitest";
import { listen } from "../src/index.ts";
import { connectTo, nextOf, recordingLogger } from "./peers.ts";

const anyPort = { type: "socket", value: "127.0.0.1:0" } as const;

describe("maxConnections", () => {
  it("closes what is beyond it, says so once, and forgets no connection that ended", async () => {
    const logger = recordingLogger();
    await using listener = await listen({ ...anyPort, maxConnections: 2 }, { logger });
    const iterator = listener[Symbol.asyncIterator]();
    for (let round = 0; round < 20; round += 1) {
      using first = await connectTo(listener.address);
      using second = await connectTo(listener.address);
      const streams = [await nextOf(iterator), await nextOf(iterator)];
      using third = await connectTo(listener.address);
      expect(await third.received).toBe("");
      const ended = streams.map(
        (stream) =>
          new Promise<void>((resolve) =>
            stream.attach({
              onData: () => true,
              onEnd: () => {},
              onDrain: () => {},
              onClose: () => resolve(),
            }),
          ),
      );
      for (const stream of streams) stream.destroy();
      await Promise.all([...ended, first.received, second.received]);
    }
    const warnings = logger.records.filter(({ level }) => level === "warn");
    expect(warnings).toEqual([
      {
        level: "warn",
        fields: { address: expect.stringContaining("127.0.0.1:"), reason: "max-connections" },
        message: "closing new connections: as many are open as max_connections allows",
      },
    ]);
    await logger.logged(/no new connections had to be closed/);
    expect(logger.records.at(-1)).toMatchObject({ level: "info", fields: { connections: 20 } });
  });
});

describe("connections that nobody takes", () => {
  it("are kept up to the backlog, and closed beyond it", async () => {
    const logger = recordingLogger();
    await using listener = await listen({ ...anyPort, backlog: 2 }, { logger });
    const clients = [];
    for (let index = 0; index < 3; index += 1) clients.push(await connectTo(listener.address));
    expect(await clients[2]?.received).toBe("");
    expect(logger.records).toMatchObject([{ level: "warn", fields: { reason: "not-taken" } }]);
    const iterator = listener[Symbol.asyncIterator]();
    for (const client of clients.slice(0, 2)) {
      const stream = await nextOf(iterator);
      expect(stream.remoteAddress).toMatchObject({ port: client.socket.localPort });
      stream.destroy();
      client.socket.destroy();
    }
  });
});

describe("reservedDescriptors", () => {
  it("closes what would take the last descriptors", async () => {
    const logger = recordingLogger();
    await using listener = await listen({ ...anyPort, reservedDescriptors: 100_000_000 }, { logger });
    using client = await connectTo(listener.address);
    expect(await client.received).toBe("");
    expect(logger.records).toMatchObject([{ level: "warn", fields: { reason: "descriptors" } }]);
  });
});
