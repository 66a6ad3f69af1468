import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { encodeProxyHeader } from "@monolake/services/proxy-protocol";
import {
  encodeFrame,
  eventually,
  frameFlags,
  frameTypes,
  http2Preface,
  type RawClient,
  rawClient,
  requestFields,
  startHttpUpstream,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxyOf, type TestProxy } from "./start-proxy.ts";
import { authority, writeCertificate } from "./tls-files.ts";

const limits = (most: number) => `limits = { max_connections_per_address = ${most} }`;
const nowhere = 'upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:1" } }]';
const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

const from = (proxy: TestProxy, localAddress = "127.0.0.2") =>
  rawClient(proxy.address, { localAddress, allowHalfOpen: true });

/** Whether a request on a connection of its own is answered. */
async function isAnswered(proxy: TestProxy, localAddress?: string): Promise<boolean> {
  await using client = await from(proxy, localAddress);
  await client.write(request).catch(() => {});
  return await client.readUntil("\r\n\r\n").then(
    (head) => head.startsWith("HTTP/1.1 200 "),
    () => false,
  );
}

describe("limits.max_connections_per_address", () => {
  it.each([
    ["http", `proxy_type = "http"\n${limits(2)}\n${everythingTo("http://127.0.0.1:1")}`],
    ["tcp", `proxy_type = "tcp"\n${limits(2)}\nupstreams = ["unix:/nowhere"]`],
    ["echo", `proxy_type = "echo"\n${limits(2)}`],
    ["thrift", `proxy_type = "thrift"\n${limits(2)}\n[servers.test.route]\n${nowhere}`],
  ])(
    "holds for a server of type %s, which closes what is beyond it before a byte was sent",
    async (type, server) => {
      await using upstream = await startHttpUpstream();
      const at = `{ endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } }`;
      await using proxy = await startProxyOf(server.replace('"unix:/nowhere"', at));
      await using first = await from(proxy);
      await using second = await from(proxy);
      await using third = await from(proxy);
      expect(await third.readToEnd()).toBe("");
      await using other = await from(proxy, "127.0.0.3");
      await using another = await from(proxy, "127.0.0.3");
      await using last = await from(proxy, "127.0.0.3");
      expect(await last.readToEnd()).toBe("");
      for (const open of [first, second, other, another]) expect(open.socket.readableEnded, type).toBe(false);
    },
  );

  it("closes connections before they shake hands for TLS", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "a");
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxyOf(`proxy_type = "http"
tls = { chain = "${folder.file("a.crt")}", key = "${folder.file("a.key")}" }
${limits(1)}
${everythingTo(upstream.origin)}`);
    await using silent = await from(proxy);
    await using refused = await from(proxy);
    expect(await refused.readToEnd()).toBe("");
    silent.reset();
    const shakeHands = async () => {
      const { socket } = await from(proxy);
      const secured = connectTls({ socket, ca: authority.certificate, servername: "localhost" });
      await once(secured, "secureConnect");
      secured.destroy();
    };
    await eventually(shakeHands);
    await eventually(shakeHands);
  });

  it("says so once however many are refused, and how many were not told of", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxyOf(
      `proxy_type = "http"\n${limits(1)}\n${everythingTo(upstream.origin)}`,
    );
    await using _open = await from(proxy);
    for (let count = 0; count < 50; count += 1) expect(await isAnswered(proxy)).toBe(false);
    expect(await isAnswered(proxy, "127.0.0.3")).toBe(true);
    const warnings = proxy.log.filter(({ level }) => Number(level) >= 40);
    expect(warnings).toMatchObject([
      {
        level: 40,
        server: "test",
        client: "127.0.0.2",
        maxConnections: 1,
        unlogged: 0,
        msg: "closing new connections of an address: as many are open as max_connections_per_address allows",
      },
    ]);
  });

  it("is kept over reloads that change it, the routes or the reading of PROXY headers", async () => {
    await using upstream = await startHttpUpstream();
    const server = (most: number, more = "") =>
      `proxy_type = "http"\n${more}\n${limits(most)}\n${everythingTo(upstream.origin)}`;
    await using proxy = await startProxyOf(server(2));
    const [one, two] = [await from(proxy), await from(proxy)];
    expect(await isAnswered(proxy)).toBe(false);
    await proxy.change(server(2, "debug = true"));
    expect(await isAnswered(proxy)).toBe(false);
    await proxy.change(server(2, 'proxy_protocol = { trusted_proxies = ["127.0.0.1"], others = "direct" }'));
    expect(await isAnswered(proxy)).toBe(false);
    await proxy.change(server(3));
    expect(await isAnswered(proxy)).toBe(true);
    await proxy.change(server(1));
    one.reset();
    await one.closed;
    expect(await isAnswered(proxy)).toBe(false);
    two.end();
    await two.closed;
    await eventually(() => isAnswered(proxy));
  });
});

type Act = (client: RawClient) => unknown;

const sends =
  (...parts: (string | Buffer)[]): Act =>
  async (client) => {
    for (const part of parts) await client.write(part);
  };

const headers = encodeFrame(
  frameTypes.headers,
  frameFlags.endHeaders | frameFlags.endStream,
  1,
  requestFields(),
);
const settings = encodeFrame(frameTypes.settings, 0, 0);
const upgrade = "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

const moments: readonly (readonly [when: string, act: Act])[] = [
  ["nothing was sent", () => {}],
  ["half of a head was sent", sends("GET / HT")],
  ["an upstream has not answered", sends("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")],
  ["half of a body was sent", sends("POST /never HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")],
  [
    "an answer was read",
    async (client) => {
      await client.write(request);
      await client.readUntil("\r\n\r\n");
    },
  ],
  [
    "half of an answer was read",
    async (client) => {
      await client.write("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.readUntil("xxxx");
      client.socket.pause();
    },
  ],
  [
    "another protocol is spoken",
    async (client) => {
      await client.write(upgrade);
      await client.readUntil("\r\n\r\n");
      await client.write("hello");
      await client.readUntil("hello");
    },
  ],
  ["half of the preface of HTTP/2 was sent", sends(http2Preface.subarray(0, 9))],
  ["a request of HTTP/2 was sent", sends(http2Preface, settings, headers)],
  ["what was sent is no HTTP", sends("\u0016\u0003\u0001 no TLS here \r\n\r\n")],
];

/** An end looks as if a client sends nothing more and waits for its answer. */
const endable = moments.filter(([when]) => when !== "an upstream has not answered");

/** The one client that may be connected: whoever was before it may have left without that being known yet. */
const holder = (connect: () => Promise<RawClient>, act: Act, othersAreAnswered: () => Promise<boolean>) =>
  eventually(async () => {
    const client = await connect();
    await act(client);
    if (!(await othersAreAnswered()) && !client.socket.readableEnded) return client;
    await client[Symbol.asyncDispose]();
    return false;
  });

describe("a connection counts no more", () => {
  it.each([
    ["is closed", endable, (client: RawClient) => client.socket.destroy()],
    ["is reset", moments, (client: RawClient) => client.reset()],
  ])("when it %s, whatever was done on it", async (_how, done, leave) => {
    await using upstream = await startHttpUpstream((incoming, response) => {
      if (incoming.url === "/never") return;
      if (incoming.url !== "/endless") return void response.end("ok");
      const write = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", write);
      response.flushHeaders();
      write();
    });
    upstream.server.on("upgrade", (_incoming, socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      socket.pipe(socket);
    });
    await using proxy = await startProxyOf(
      `proxy_type = "http"\n${limits(1)}\n${everythingTo(upstream.origin)}`,
    );
    for (const [when, act] of done) {
      const client = await holder(
        () => from(proxy),
        act,
        () => isAnswered(proxy),
      );
      leave(client);
      await eventually(() => isAnswered(proxy)).catch((cause: unknown) => {
        throw new Error(`it still counts: ${when}`, { cause });
      });
      await client[Symbol.asyncDispose]();
    }
  });

  it("when the proxy closes it", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxyOf(
      `proxy_type = "http"\ntimeout = { server_first_byte_timeout_sec = 0.1 }\n${limits(1)}\n${everythingTo(upstream.origin)}`,
    );
    for (let round = 0; round < 3; round += 1) {
      await using silent = await from(proxy);
      expect(await silent.readToEnd()).toBe("");
    }
    await eventually(() => isAnswered(proxy));
  });

  it("when it leaves in the middle of its PROXY header, or right behind that", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxyOf(`proxy_type = "http"
proxy_protocol = { trusted_proxies = ["127.0.0.1"] }
${limits(1)}
${everythingTo(upstream.origin)}`);
    const named = encodeProxyHeader(
      2,
      { type: "socket", host: "2001:db8::7", port: 4711 },
      { type: "socket", host: "2001:db8::1", port: 80 },
    );
    const answered = async () => {
      await using client = await rawClient(proxy.address);
      await client.write(Buffer.concat([named, Buffer.from(request)]));
      return await client.readUntil("\r\n\r\n").then(
        () => true,
        () => false,
      );
    };
    {
      await using leaving = await rawClient(proxy.address);
      await leaving.write(named.subarray(0, 20));
      leaving.reset();
      await eventually(answered);
    }
    await using leaving = await holder(() => rawClient(proxy.address), sends(named), answered);
    leaving.reset();
    await eventually(answered);
  });
});
