import { once } from "node:events";
import { createCertificate, eventually, rawClient, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { everythingTo, startProxy } from "./start-proxy.ts";
import { authority } from "./tls-files.ts";
import { startHttp2WebSocketUpstream } from "./websocket-http2-upstream.ts";
import { webSocketsOverHttp2 } from "./websocket-over-http2.ts";
import {
  exchangeEverything,
  isAlive,
  type Open,
  refusal,
  startWebSocketUpstream,
} from "./websocket-peers.ts";

const openAt =
  (port: number): Open =>
  (path, options = {}, protocols = []) =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);

const overHttp2 = (port: number, more = ""): string =>
  `upstream_http_version = "http2"\n${more}\n${everythingTo(`http://127.0.0.1:${port}`)}`;

/** The status of what answers a WebSocket that is not taken. */
describe("WebSockets to an upstream of HTTP/2", () => {
  it.each(["HTTP/1.1", "HTTP/2"])(
    "are what they are directly, from a client of %s: messages of every size and kind, pings, closes, refusals",
    async (version) => {
      await using behind = await startWebSocketUpstream();
      await using upstream = await startHttp2WebSocketUpstream({
        behind: behind.port,
        enableConnectProtocol: true,
      });
      await using proxy = await startProxy({ server: overHttp2(upstream.port) });
      const direct = await exchangeEverything(openAt(behind.port));
      await eventually(() => behind.open() === 0);
      const directEvents = behind.events.splice(0);
      await using http2 = version === "HTTP/2" ? await webSocketsOverHttp2(proxy.port) : undefined;
      const through = await exchangeEverything(http2?.open ?? openAt(proxy.port));
      await eventually(() => behind.open() === 0);
      expect(through).toEqual(direct);
      expect(behind.events).toEqual(directEvents);
      expect(upstream.asked.every((line) => /^CONNECT \S+ websocket$/.test(line))).toBe(true);
      // All on streams of one connection, and no stream is left.
      expect(upstream.sessions).toHaveLength(1);
      await eventually(() => upstream.streams() === 0);
    },
    60_000,
  );

  it("are asked for with what RFC 8441 wants, without the key of HTTP/1.1, and answered with its Sec-WebSocket-Accept", async () => {
    await using behind = await startWebSocketUpstream();
    await using upstream = await startHttp2WebSocketUpstream({
      behind: behind.port,
      enableConnectProtocol: true,
    });
    await using proxy = await startProxy({ server: overHttp2(upstream.port) });
    await using client = await rawClient(proxy.address);
    await client.write(
      "GET /echo?a=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nOrigin: http://a\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const head = await client.readUntil("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    // The example of RFC 6455 section 1.3.
    expect(head).toMatch(/\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
    expect(head).toMatch(/\r\nConnection: upgrade\r\n/i);
    expect(head).not.toMatch(/content-length|transfer-encoding/i);
    const fields = upstream.lastFields();
    expect(fields).toMatchObject({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":scheme": "http",
      ":path": "/echo?a=1",
      ":authority": `127.0.0.1:${upstream.port}`,
      origin: "http://a",
      "sec-websocket-version": "13",
    });
    expect(Object.keys(fields)).not.toContain("sec-websocket-key");
    expect(Object.keys(fields)).not.toContain("upgrade");
  });

  it("break on both sides when one of them is reset, and when nothing passes for tunnel_idle_timeout_sec", async () => {
    await using behind = await startWebSocketUpstream();
    await using upstream = await startHttp2WebSocketUpstream({
      behind: behind.port,
      enableConnectProtocol: true,
    });
    await using proxy = await startProxy({
      server: overHttp2(upstream.port, "timeout = { tunnel_idle_timeout_sec = 0.5 }"),
    });
    const idle = openAt(proxy.port)("/echo");
    await once(idle, "open");
    const openedMs = performance.now();
    expect((await once(idle, "close"))[0]).toBe(1006);
    expect(performance.now() - openedMs).toBeGreaterThan(450);
    await eventually(() => behind.open() === 0 && upstream.streams() === 0);

    const lost = openAt(proxy.port)("/echo");
    await once(lost, "open");
    lost.terminate();
    await eventually(() => behind.open() === 0 && upstream.streams() === 0);

    const broken = openAt(proxy.port)("/echo");
    broken.on("error", () => {});
    await once(broken, "open");
    upstream.sessions[0]?.destroy();
    expect((await once(broken, "close"))[0]).toBe(1006);
  });

  it("are refused with 502 where its SETTINGS do not take them, with the reason in the log, and are never a plain GET", async () => {
    await using behind = await startWebSocketUpstream();
    await using upstream = await startHttp2WebSocketUpstream({
      behind: behind.port,
      enableConnectProtocol: false,
    });
    await using proxy = await startProxy({ server: overHttp2(upstream.port) });
    await using http2 = await webSocketsOverHttp2(proxy.port);
    // The first one before its SETTINGS have come.
    expect((await refusal(openAt(proxy.port)("/echo"))).status).toBe(502);
    expect((await refusal(openAt(proxy.port)("/echo"))).status).toBe(502);
    expect((await refusal(http2.open("/echo"))).status).toBe(502);
    expect(upstream.asked).toEqual([]);
    await eventually(
      () => proxy.log.filter(({ code }) => code === "ERR_HTTP_UPGRADE_UNSUPPORTED").length === 3,
    );
    expect(proxy.log.find(({ code }) => code === "ERR_HTTP_UPGRADE_UNSUPPORTED")).toMatchObject({
      level: 40,
      msg: "an upstream did not answer a request",
      reason: expect.stringContaining("its SETTINGS have no ENABLE_CONNECT_PROTOCOL"),
    });
    // Others are served on.
    expect(await (await fetch(`${proxy.origin}/page`)).text()).toBe("a plain answer");
  });

  it("are refused with 502 where they are no handshake: nobody else would look at what is wrong", async () => {
    await using behind = await startWebSocketUpstream();
    await using upstream = await startHttp2WebSocketUpstream({
      behind: behind.port,
      enableConnectProtocol: true,
    });
    await using proxy = await startProxy({ server: overHttp2(upstream.port) });
    for (const key of ["", "Sec-WebSocket-Key: short\r\n"]) {
      await using client = await rawClient(proxy.address);
      await client.write(
        `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
      );
      expect(await client.readUntil("\r\n\r\n")).toMatch(/^HTTP\/1\.1 502 /);
    }
    expect(upstream.asked).toEqual([]);
  });

  it.each([true, false])(
    "go on HTTP/2 with auto where its SETTINGS take them (%s), else on a connection of HTTP/1.1",
    async (enableConnectProtocol) => {
      await using folder = await temporaryFolder();
      await using behind = await startWebSocketUpstream();
      const certificate = createCertificate({ names: ["localhost"], issuer: authority });
      await using upstream = await startHttp2WebSocketUpstream({
        behind: behind.port,
        enableConnectProtocol,
        certificate,
      });
      const ca = await folder.write("ca.pem", authority.certificate);
      const route = (path: string) => `
[[servers.test.routes]]
path = "${path}"
upstreams = [{ endpoint = { type = "uri", value = "https://localhost:${upstream.port}" }, tls = { ca = "${ca}" } }]`;
      await using proxy = await startProxy({ server: `${route("/")}${route("/{*path}")}` });
      const sockets = [openAt(proxy.port)("/echo"), openAt(proxy.port)("/echo")];
      await Promise.all(sockets.map((socket) => once(socket, "open")));
      expect(await Promise.all(sockets.map(isAlive))).toEqual([true, true]);
      expect(await (await fetch(`${proxy.origin}/page`)).text()).toBe("a plain answer");
      const way = enableConnectProtocol ? "CONNECT /echo websocket" : "GET /echo HTTP/1.1";
      expect(upstream.asked).toEqual([way, way, "GET /page "]);
      for (const socket of sockets) socket.close();
      await eventually(() => behind.open() === 0);
    },
  );
});
