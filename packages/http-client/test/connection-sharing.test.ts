import { createRequest, readBody } from "@monolake/http";
import {
  deferred,
  eventually,
  type RawConnection,
  startHttpUpstream,
  startRawServer,
} from "@monolake/test-kit";
import { type Connector, createConnector } from "@monolake/transports";
import { describe, expect, it } from "vitest";
import { HttpClient, type HttpTarget } from "../src/index.ts";

const targetOf = ({ port }: { readonly port: number }, pipelining = 8): HttpTarget => ({
  key: `127.0.0.1:${port}`,
  address: { type: "socket", host: "127.0.0.1", port },
  pipelining,
});

async function ask(client: HttpClient, target: HttpTarget, path: string, method = "GET"): Promise<string> {
  const response = await client.request(
    target,
    createRequest({ method, target: path, headers: { Host: "test" } }),
  );
  return (await readBody(response.body)).toString();
}

const paths = (count: number, prefix = ""): string[] =>
  Array.from({ length: count }, (_, index) => `/${prefix}${index}`);

const askAll = (client: HttpClient, target: HttpTarget, all: readonly string[]): Promise<string[]> =>
  Promise.all(all.map((path) => ask(client, target, path)));

/** Answers every request with its target, all that are there in one write; notes who was asked what. */
async function startEcho(
  script: (connection: RawConnection, path: string, nth: number) => unknown = () => {},
) {
  const asked = new Map<string, number>();
  let count = 0;
  const server = await startRawServer(async (connection) => {
    for (;;) {
      const head = await connection.readUntil("\r\n\r\n", { timeoutMs: 60_000 });
      const path = head.split(" ")[1] as string;
      asked.set(path, (asked.get(path) ?? 0) + 1);
      if ((await script(connection, path, ++count)) === false) continue;
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    }
  });
  return Object.assign(server, { asked });
}

/** The first request opens the shared connection and goes its own way. */
async function openShared(client: HttpClient, target: HttpTarget): Promise<void> {
  await ask(client, target, "/first");
  await eventually(() => client.statistics.open - client.statistics.idle === 1);
}

describe("requests to a target that takes several on one connection", () => {
  it("share a few connections and get their own answers", async () => {
    await using upstream = await startEcho();
    await using client = new HttpClient();
    const target = targetOf(upstream, 100);
    await openShared(client, target);
    for (let round = 0; round < 5; round++) {
      const all = paths(100, `${round}-`);
      expect(await askAll(client, target, all)).toEqual(all);
    }
    expect(upstream.connections).toHaveLength(2);
  });

  it("count for the limit of connections, and leave one for those that cannot share", async () => {
    await using upstream = await startEcho();
    await using client = new HttpClient({ pool: { maxConnections: 2 } });
    const target = targetOf(upstream, 4);
    await openShared(client, target);
    for (let round = 0; round < 5; round++) {
      const all = paths(40, `${round}-`);
      const posts = paths(3, `post-${round}-`).map((path) => ask(client, target, path, "POST"));
      expect(await askAll(client, target, all)).toEqual(all);
      await Promise.all(posts);
    }
    expect(upstream.connections).toHaveLength(2);
    await using alone = new HttpClient({ pool: { maxConnections: 1 } });
    expect(await askAll(alone, target, paths(10))).toEqual(paths(10));
    expect(upstream.connections).toHaveLength(3);
  });

  it("have what was known of a target without connections forgotten by an update", async () => {
    await using upstream = await startEcho();
    const { port } = upstream;
    let opened = 0;
    const connect = createConnector();
    const connector: Connector = {
      // The first one would be shared.
      connect: (address, options) =>
        ++opened === 1 ? Promise.reject(new Error("not now")) : connect.connect(address, options),
    };
    await using client = new HttpClient({ connector });
    const target = targetOf({ port });
    await ask(client, target, "/first");
    // For a second, requests have connections of their own.
    for (const path of paths(5)) await ask(client, target, path);
    expect(opened).toBe(2);
    client.update({ connector });
    await openShared(client, target);
    expect(opened).toBe(3);
  });

  it("have no more on one connection than the target takes", async () => {
    let most = 0;
    await using upstream = await startEcho((connection) => {
      most = Math.max(most, connection.unread.split("GET ").length);
    });
    await using client = new HttpClient();
    const target = targetOf(upstream, 4);
    await openShared(client, target);
    const all = paths(50);
    expect(await askAll(client, target, all)).toEqual(all);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  it("have a connection of their own when they have a body, or may not be sent twice", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await ask(client, target, "/first");
    await eventually(() => client.statistics.open === 2);
    const posts = await Promise.all([1, 2, 3].map(() => ask(client, target, "/", "POST")));
    expect(posts).toEqual(["ok", "ok", "ok"]);
    const body = createRequest({ method: "PUT", target: "/", headers: { Host: "test" }, body: "content" });
    await readBody((await client.request(target, body)).body);
    expect(upstream.connections).toBe(4);
  });

  it("are sent again elsewhere when their connection breaks, each answered once", async () => {
    await using upstream = await startEcho((connection, _path, nth) => {
      if (nth !== 10) return;
      connection.socket.destroy();
      return false;
    });
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await openShared(client, target);
    const all = paths(30);
    expect(await askAll(client, target, all)).toEqual(all);
    expect(Math.max(...upstream.asked.values())).toBeLessThanOrEqual(2);
  });

  it("wait for a late answer of another one a moment, and then have connections of their own", async () => {
    const go = deferred();
    await using upstream = await startEcho((_connection, path) =>
      path === "/late" ? go.promise : undefined,
    );
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await openShared(client, target);
    const late = ask(client, target, "/late");
    const all = paths(5);
    const others = askAll(client, target, all);
    expect(await others).toEqual(all);
    go.resolve();
    expect(await late).toBe("/late");
    const opened = upstream.connections.length;
    expect(await askAll(client, target, paths(3, "b"))).toEqual(paths(3, "b"));
    expect(client.statistics.open).toBe(client.statistics.idle);
    expect(opened).toBeGreaterThan(2);
  });

  it("share connections as before while the whole target is slow", async () => {
    const go = deferred();
    await using upstream = await startEcho((_connection, path) =>
      path === "/first" ? undefined : go.promise,
    );
    await using client = new HttpClient();
    const target = targetOf(upstream, 100);
    await openShared(client, target);
    const answers = askAll(client, target, paths(5));
    // Longer than one answer may keep others waiting where others have theirs.
    setTimeout(go.resolve, 50);
    expect(await answers).toEqual(paths(5));
    expect(upstream.connections).toHaveLength(2);
  });

  it("fail with the reason when nobody listens any more", async () => {
    const upstream = await startEcho();
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await openShared(client, target);
    await upstream[Symbol.asyncDispose]();
    await eventually(() => client.statistics.open === 0);
    await expect(ask(client, target, "/")).rejects.toMatchObject({ code: "ERR_UPSTREAM_CONNECT_REFUSED" });
  });

  it("leave connections that close when they are idle for as long as the options say by then", async () => {
    await using upstream = await startEcho();
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await openShared(client, target);
    client.update({ pool: { idleTimeoutMs: 200 } });
    for (const connection of upstream.connections) connection.reset();
    await eventually(() => client.statistics.open === 0);
    await openShared(client, target);
    await eventually(() => client.statistics.open === 0);
  });

  it("are answered before the client has closed", async () => {
    await using upstream = await startEcho();
    const client = new HttpClient();
    const target = targetOf(upstream);
    await openShared(client, target);
    const all = paths(5);
    const answers = askAll(client, target, all);
    await client.close();
    expect(await answers).toEqual(all);
    expect(client.statistics.open).toBe(0);
  });
});
