import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createTextSource } from "@monolake/config";
import {
  eventually,
  freePort,
  rawClient,
  startHttpUpstream,
  startRawServer,
  temporaryFolder,
} from "@monolake/test-kit";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { runProxy } from "../../src/run/run-proxy.ts";
import { configText, startFollowing } from "../run/cli.ts";
import { everythingTo, startProxy } from "./start-proxy.ts";
import { webSocketsOverHttp2 } from "./websocket-over-http2.ts";
import { exchangeEverything, isAlive, type Open, startWebSocketUpstream } from "./websocket-peers.ts";

const openAt =
  (port: number): Open =>
  (path, options = {}, protocols = []) =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);

describe("WebSockets through the proxy", () => {
  it("are what they are directly: messages of every size and kind, pings, closes, refusals, on both sides", async () => {
    await using upstream = await startWebSocketUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin), workers: 2 });
    const direct = await exchangeEverything(openAt(upstream.port));
    await eventually(() => upstream.open() === 0);
    const directEvents = upstream.events.splice(0);
    const through = await exchangeEverything(openAt(proxy.port));
    await eventually(() => upstream.open() === 0);
    expect(through).toEqual(direct);
    expect(upstream.events).toEqual(directEvents);
    // As a guard against a suite that sees nothing.
    expect(directEvents.flat().length).toBeGreaterThan(30);
  }, 60_000);

  it("are the same on streams of HTTP/2 (RFC 8441), to an upstream that knows HTTP/1.1 only", async () => {
    await using upstream = await startWebSocketUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const direct = await exchangeEverything(openAt(upstream.port));
    await eventually(() => upstream.open() === 0);
    const directEvents = upstream.events.splice(0);
    await using http2 = await webSocketsOverHttp2(proxy.port);
    const through = await exchangeEverything(http2.open);
    await eventually(() => upstream.open() === 0);
    expect(through).toEqual(direct);
    expect(upstream.events).toEqual(directEvents);
  }, 60_000);

  it("pass bytes as they are, whatever they mean, 4 MiB both ways at once", async () => {
    const there = randomBytes(4 * 1024 * 1024);
    const back = randomBytes(4 * 1024 * 1024);
    const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    await using upstream = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      );
      void connection.write(back);
      expect(sum(await connection.readExactly(there.length, { timeoutMs: 30_000 }))).toBe(sum(there));
      connection.end();
    });
    await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${upstream.port}`) });
    await using client = await rawClient(proxy.address);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    expect(await client.readUntil("\r\n\r\n")).toMatch(/^HTTP\/1\.1 101 /);
    void client.write(there);
    expect(sum(await client.readExactly(back.length, { timeoutMs: 30_000 }))).toBe(sum(back));
    await client.readToEnd();
  }, 60_000);

  it("are closed when nothing passes for timeout.tunnel_idle_timeout_sec, and kept by pings", async () => {
    await using upstream = await startWebSocketUpstream();
    await using proxy = await startProxy({
      server: `timeout = { tunnel_idle_timeout_sec = 0.5 }\n${everythingTo(upstream.origin)}`,
    });
    const idle = openAt(proxy.port)("/echo");
    await once(idle, "open");
    const openedMs = performance.now();
    const kept = openAt(proxy.port)("/echo");
    await once(kept, "open");
    const pinging = setInterval(() => kept.ping(), 50);
    const [code] = (await once(idle, "close")) as [number];
    expect(code).toBe(1006);
    expect(performance.now() - openedMs).toBeGreaterThan(450);
    await eventually(() => upstream.open() === 1);
    clearInterval(pinging);
    expect(await isAlive(kept)).toBe(true);
    kept.close();
  });

  it("are alive across 50 reloads that change their server, and so is its route for new ones", async () => {
    await using upstream = await startWebSocketUpstream();
    const port = await freePort();
    const text = (step: number) =>
      configText({
        listen: port,
        upstream: upstream.origin,
        more: `limits = { max_head_bytes = ${30_000 + step} }`,
      });
    const source = createTextSource(text(0), "test.toml");
    const logger = pino({ level: "silent" });
    const proxy = await runProxy(source, { logger, logLevel: "fatal", graceMs: 0 });
    await using _closing = { [Symbol.asyncDispose]: () => proxy.close() };
    const sockets = [openAt(port)("/"), openAt(port)("/")];
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    for (let step = 1; step <= 50; step += 1) {
      source.set(text(step));
      expect(await proxy.reload()).toMatchObject({ type: "applied" });
      expect(await Promise.all(sockets.map(isAlive))).toEqual(sockets.map(() => true));
    }
    const late = openAt(port)("/");
    await once(late, "open");
    expect(await isAlive(late)).toBe(true);
    for (const socket of [...sockets, late]) socket.close();
  }, 60_000);

  it("have the time of a drain at shutdown: they may end, and are broken when it is over", async () => {
    await using folder = await temporaryFolder();
    await using upstream = await startWebSocketUpstream();
    const port = await freePort();
    const text = configText({ listen: port, upstream: upstream.origin });
    const patient = text.replace("[runtime]\n", "[runtime]\ndrain_timeout_sec = 20\n");
    {
      await using proxy = await startFollowing(folder.file("one.toml"), patient);
      const socket = openAt(port)("/");
      await once(socket, "open");
      proxy.program.kill("SIGTERM");
      await proxy.nextLine(/"msg":"closing"/);
      expect(await isAlive(socket)).toBe(true);
      socket.close(1000);
      expect((await once(socket, "close"))[0]).toBe(1000);
      expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
    }
    await using proxy = await startFollowing(folder.file("two.toml"), patient.replace("= 20", "= 1"));
    const socket = openAt(port)("/");
    socket.on("error", () => {});
    await once(socket, "open");
    proxy.program.kill("SIGTERM");
    expect((await once(socket, "close"))[0]).toBe(1006);
    expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
  }, 60_000);
});

describe("server-sent events through the proxy", () => {
  it.each([false, true])(
    "arrive one by one, each before the next is sent (content handler: %s)",
    async (content) => {
      const waiting: (() => void)[] = [];
      await using upstream = await startHttpUpstream(async (_request, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.flushHeaders();
        for (let index = 0; index < 5; index += 1) {
          response.write(`data: ${index}\n\n`);
          // Not before the client has it.
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        response.end();
      });
      await using proxy = await startProxy({
        server: `http_opt_handlers = { content_handler = ${content} }\n${everythingTo(upstream.origin)}`,
      });
      const response = await fetch(`${proxy.origin}/events`, { headers: { "Accept-Encoding": "gzip" } });
      expect(response.headers.get("content-encoding")).toBe(content ? "gzip" : null);
      let text = "";
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(part).toString();
        if (text.endsWith("\n\n")) waiting.shift()?.();
      }
      expect(text).toBe(["0", "1", "2", "3", "4"].map((index) => `data: ${index}\n\n`).join(""));
    },
  );
});
