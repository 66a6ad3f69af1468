import { createSecureServer, type ServerHttp2Stream, type ServerOptions } from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { createRequest, readBody } from "@monolake/http";
import { Cancellation } from "@monolake/service-async";
import {
  createCertificate,
  deferred,
  eventually,
  frameTypes,
  freePort,
  http2Preface,
  RawHttp2Client,
  startHttp2Upstream,
  startRawServer,
  temporaryFolder,
  uint32,
} from "@monolake/test-kit";
import { createTlsConnector } from "@monolake/transports";
import { describe, expect, it } from "vitest";
import { HttpClient, type HttpTarget } from "../src/index.ts";

/** REFUSED_STREAM. */
const refusedStream = 7;

type OnStream = (stream: ServerHttp2Stream, path: string) => void;

const ok: OnStream = (stream, path) => {
  stream.respond({ ":status": 200 });
  stream.end(path);
};

/** A server of HTTP/2 in cleartext, or on a unix socket, as a target. */
async function upstream(handler: OnStream = ok, options: ServerOptions = {}, place?: string) {
  const server = await startHttp2Upstream((stream, headers) => handler(stream, headers[":path"] ?? ""), {
    ...options,
    ...(place !== undefined && { path: place }),
  });
  const { host, port } = server;
  const target: HttpTarget = {
    key: place ?? `${host}:${port}`,
    address: place === undefined ? { type: "socket", host, port } : { type: "unix", path: place },
    httpVersion: "http2",
  };
  return { ...server, target };
}

const get = (path = "/", method = "GET") =>
  createRequest({ method, target: path, headers: { Host: "test" } });

async function textOf(client: HttpClient, target: HttpTarget, path = "/"): Promise<string> {
  const response = await client.request(target, get(path));
  return (await readBody(response.body)).toString();
}

describe("requests to an upstream of HTTP/2", () => {
  it("share one connection, over TCP and over a unix socket", async () => {
    await using folder = await temporaryFolder();
    for (const place of [undefined, folder.file("h2.sock")]) {
      await using server = await upstream(ok, {}, place);
      await using client = new HttpClient();
      const paths = Array.from({ length: 50 }, (_, at) => `/${at}`);
      expect(await Promise.all(paths.map((path) => textOf(client, server.target, path)))).toEqual(paths);
      expect(server.sessions).toHaveLength(1);
      expect(client.statistics).toMatchObject({ open: 1, waiting: 0 });
    }
  });

  it("get another connection when the server takes no more on the first one, or wait for one", async () => {
    const answers: (() => void)[] = [];
    const onStream: OnStream = (stream, path) => void answers.push(() => ok(stream, path));
    await using server = await upstream(onStream, { settings: { maxConcurrentStreams: 2 } });
    await using client = new HttpClient({ pool: { maxConnections: 2 } });
    const texts = ["/1", "/2", "/3", "/4", "/5"].map((path) => textOf(client, server.target, path));
    await eventually(() => answers.length === 4 && client.statistics.waiting === 1);
    expect(server.sessions).toHaveLength(2);
    answers.shift()?.();
    await eventually(() => answers.length === 4);
    for (const answer of answers) answer();
    expect(await Promise.all(texts)).toEqual(["/1", "/2", "/3", "/4", "/5"]);
  });

  it("wait no longer than they may, and no more of them than may", async () => {
    const onStream: OnStream = (stream, path) => (path === "/quick" ? ok(stream, path) : undefined);
    await using server = await upstream(onStream, { settings: { maxConcurrentStreams: 1 } });
    await using client = new HttpClient({ pool: { maxConnections: 1, maxWaiting: 1, waitTimeoutMs: 50 } });
    // Now it knows how many the server takes.
    await textOf(client, server.target, "/quick");
    const given = new Cancellation();
    const never = client.request(server.target, get(), given).catch((error: unknown) => error);
    await eventually(() => server.sessions.length === 1);
    await eventually(() => client.statistics.waiting === 0);
    const waits = client.request(server.target, get());
    const refused = client.request(server.target, get());
    await expect(refused).rejects.toMatchObject({ code: "ERR_POOL_QUEUE_FULL" });
    await expect(waits).rejects.toMatchObject({ code: "ERR_POOL_WAIT_TIMEOUT" });
    given.cancel(new Error("enough"));
    expect(await never).toMatchObject({ message: "enough" });
  });

  it("that wait can be cancelled", async () => {
    await using server = await upstream(() => {}, { settings: { maxConcurrentStreams: 1 } });
    await using client = new HttpClient({ pool: { maxConnections: 1 } });
    const [first, second] = [new Cancellation(), new Cancellation()];
    const busy = client.request(server.target, get(), first).catch((error: unknown) => error);
    const waits = client.request(server.target, get(), second).catch((error: unknown) => error);
    await eventually(() => server.sessions.length === 1);
    second.cancel(new Error("enough"));
    expect(await waits).toMatchObject({ message: "enough" });
    expect(client.statistics.waiting).toBe(0);
    first.cancel(new Error("enough"));
    await busy;
  });

  it("are sent again when the server refused them unseen, whatever they are, unless it goes on so", async () => {
    let refusals = 2;
    await using server = await upstream((stream, path) => {
      if (path === "/always" || refusals-- > 0) stream.close(7);
      else ok(stream, path);
    });
    await using client = new HttpClient();
    const response = await client.request(server.target, get("/x", "POST"));
    expect((await readBody(response.body)).toString()).toBe("/x");
    await expect(client.request(server.target, get("/always"))).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_REFUSED",
    });
  });

  it("that a server turns away with GOAWAY go to another connection", async () => {
    await using server = await upstream((stream, path) => {
      if (server.sessions.length === 1) {
        if (path === "/1") stream.session?.close();
        else return;
      }
      ok(stream, path);
    });
    await using client = new HttpClient();
    const paths = ["/1", "/2", "/3"];
    expect(await Promise.all(paths.map((path) => textOf(client, server.target, path)))).toEqual(paths);
    expect(server.sessions.length).toBeGreaterThan(1);
  });

  it("that meet a connection which the server is just giving up are sent again, once", async () => {
    await using server = await upstream();
    await using client = new HttpClient();
    await textOf(client, server.target);
    // The client has not heard of it when it sends the next one.
    server.sessions[0]?.destroy();
    expect(await textOf(client, server.target, "/again")).toBe("/again");
  });

  it("fail when nobody is there", async () => {
    await using client = new HttpClient();
    const port = await freePort();
    const target: HttpTarget = {
      key: "x",
      address: { type: "socket", host: "127.0.0.1", port },
      httpVersion: "http2",
    };
    await expect(client.request(target, get())).rejects.toMatchObject({
      code: "ERR_UPSTREAM_CONNECT_REFUSED",
    });
    expect(client.statistics).toMatchObject({ open: 0, waiting: 0 });
  });
});

describe("connections of HTTP/2", () => {
  it("to a server that takes no requests at all are given up, not gathered", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(http2Preface.length);
      const peer = new RawHttp2Client(connection);
      const noStreams = Buffer.from([0, 3, 0, 0, 0, 0]);
      peer.send(frameTypes.settings, 0, 0, noStreams);
      const { streamId } = await peer.readUntil(({ type }) => type === frameTypes.headers);
      peer.send(frameTypes.rstStream, 0, streamId, uint32(refusedStream));
      await connection.readToEnd();
      connection.end();
    });
    await using client = new HttpClient();
    const { address, port } = server;
    const target: HttpTarget = {
      key: `${port}`,
      address: { type: "socket", ...address },
      httpVersion: "http2",
    };
    for (let count = 0; count < 10; count++)
      await expect(client.request(target, get())).rejects.toMatchObject({
        code: "ERR_HTTP_UPSTREAM_REFUSED",
      });
    await eventually(() => client.statistics.open === 0);
  });

  it("are closed when they were idle for too long", async () => {
    await using server = await upstream();
    await using client = new HttpClient({ pool: { idleTimeoutMs: 50 } });
    await textOf(client, server.target);
    expect(client.statistics.open).toBe(1);
    await eventually(() => client.statistics.open === 0);
  });

  it("end when the client is closed, behind what is on them", async () => {
    const go = deferred();
    await using server = await upstream((stream, path) => void go.promise.then(() => ok(stream, path)));
    const client = new HttpClient();
    const text = textOf(client, server.target);
    await eventually(() => server.sessions.length === 1 && client.statistics.waiting === 0);
    const closed = client.close();
    go.resolve();
    expect(await text).toBe("/");
    await closed;
    expect(client.statistics.open).toBe(0);
    await expect(client.request(server.target, get())).rejects.toMatchObject({ code: "ERR_POOL_CLOSED" });
  });
});

describe("the version that TLS agrees on", () => {
  const certificate = createCertificate({ names: ["localhost"] });
  const { certificate: cert, key } = certificate;

  async function secure(versions: readonly ("h2" | "http/1.1")[]) {
    const server = versions.includes("h2")
      ? createSecureServer({ cert, key, allowHTTP1: versions.includes("http/1.1") }, (request, response) =>
          response.end(request.httpVersion),
        )
      : createHttps({ cert, key }, (request, response) => response.end(request.httpVersion));
    let connections = 0;
    const open = new Set<{ destroy(): void }>();
    server.on("secureConnection", (socket) => {
      connections += 1;
      open.add(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as AddressInfo;
    return {
      port,
      connections: () => connections,
      target: (httpVersion: HttpTarget["httpVersion"], alpnProtocols: string[]): HttpTarget => ({
        key: `localhost:${port}`,
        address: { type: "socket", host: "127.0.0.1", port },
        connector: createTlsConnector({ ca: cert, serverName: "localhost", alpnProtocols }),
        httpVersion,
      }),
      async [Symbol.asyncDispose]() {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of open) socket.destroy();
        await closed;
      },
    };
  }

  it.each([
    ["h2", ["h2", "http/1.1"], "2.0"],
    ["h2 alone", ["h2"], "2.0"],
    ["HTTP/1.1 alone", ["http/1.1"], "1.1"],
  ] as const)("is spoken: a server of %s", async (_what, versions, expected) => {
    await using server = await secure(versions);
    await using client = new HttpClient();
    const target = server.target("auto", ["h2", "http/1.1"]);
    const texts = await Promise.all(["/1", "/2", "/3"].map((path) => textOf(client, target, path)));
    expect(texts).toEqual([expected, expected, expected]);
    expect(await textOf(client, target)).toBe(expected);
    if (expected === "2.0") expect(server.connections()).toBe(1);
  });
});
