import { createRequest, readBody } from "@monolake/http";
import { Cancellation } from "@monolake/service-async";
import { deferred, freePort, startHttpUpstream, startRawServer, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { HttpClient, type HttpClientOptions, type HttpTarget, type SendRecord } from "../src/index.ts";

const targetOf = ({ port }: { readonly port: number }): HttpTarget => ({
  key: `127.0.0.1:${port}`,
  address: { type: "socket", host: "127.0.0.1", port },
});

const get = (target = "/") => createRequest({ target, headers: { Host: "test" } });

async function textOf(client: HttpClient, target: HttpTarget, path = "/"): Promise<string> {
  const response = await client.request(target, get(path));
  return (await readBody(response.body)).toString();
}

describe("an HTTP client", () => {
  it("sends requests one after another over one connection", async () => {
    await using upstream = await startHttpUpstream((request, response) => response.end(request.url));
    await using client = new HttpClient();
    for (const path of ["/1", "/2", "/3"]) expect(await textOf(client, targetOf(upstream), path)).toBe(path);
    expect(upstream.connections).toBe(1);
  });

  it("opens another connection for a request that comes meanwhile", async () => {
    const waiting: (() => void)[] = [];
    const both = deferred<void>();
    await using upstream = await startHttpUpstream((_request, response) => {
      waiting.push(() => response.end("ok"));
      if (waiting.length === 2) both.resolve();
    });
    await using client = new HttpClient();
    const answers = [textOf(client, targetOf(upstream)), textOf(client, targetOf(upstream))];
    await both.promise;
    for (const answer of waiting) answer();
    expect(await Promise.all(answers)).toEqual(["ok", "ok"]);
    expect(upstream.connections).toBe(2);
  });

  it("does not use a connection again before its response is read", async () => {
    await using upstream = await startHttpUpstream((_request, response) =>
      response.end(Buffer.alloc(300_000, "x")),
    );
    await using client = new HttpClient();
    const unread = await client.request(targetOf(upstream), get());
    expect(await textOf(client, targetOf(upstream))).toHaveLength(300_000);
    expect(upstream.connections).toBe(2);
    expect((await readBody(unread.body)).length).toBe(300_000);
  });

  it("can use a connection again while a short response, which is here as a whole, is not read yet", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("short"));
    await using client = new HttpClient();
    const unread = await client.request(targetOf(upstream), get());
    expect(await textOf(client, targetOf(upstream))).toBe("short");
    expect(upstream.connections).toBe(1);
    expect((await readBody(unread.body)).toString()).toBe("short");
  });

  it("keeps a connection on which a request could not be sent", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
    await using client = new HttpClient();
    await textOf(client, targetOf(upstream));
    const wrong = createRequest({ target: "/a b" });
    await expect(client.request(targetOf(upstream), wrong)).rejects.toMatchObject({
      code: "ERR_HTTP_INVALID_REQUEST",
    });
    expect(client.statistics).toMatchObject({ open: 1, idle: 1 });
    expect(await textOf(client, targetOf(upstream))).toBe("ok");
    expect(upstream.connections).toBe(1);
  });

  it("connects to unix sockets", async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/http.sock`;
    await using _upstream = await startHttpUpstream((_request, response) => response.end("unix"), { path });
    await using client = new HttpClient();
    expect(await textOf(client, { key: path, address: { type: "unix", path } })).toBe("unix");
  });

  it("notes connections and the time that opening one took, for whoever wants to know", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
    await using client = new HttpClient();
    const fresh: SendRecord = { attempts: 0, connectMs: undefined };
    const response = await client.request(targetOf(upstream), get(), undefined, fresh);
    await readBody(response.body);
    expect(fresh).toEqual({ attempts: 1, connectMs: expect.any(Number) });
    const kept: SendRecord = { attempts: 0, connectMs: undefined };
    await readBody((await client.request(targetOf(upstream), get(), undefined, kept)).body);
    expect(kept).toEqual({ attempts: 1, connectMs: undefined });
  });

  it("rejects with the reason when nobody listens", async () => {
    await using client = new HttpClient();
    const dead = targetOf({ port: await freePort() });
    await expect(client.request(dead, get())).rejects.toMatchObject({ code: "ERR_UPSTREAM_CONNECT_REFUSED" });
  });
});

describe("a kept connection that its peer closes", () => {
  /** Answers the first request of each connection, and closes when the second one comes. */
  const closingOnSecond = () =>
    startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      await connection.readUntil("\r\n\r\n");
      connection.socket.destroy();
    });

  it("costs an idempotent request nothing: it is sent again on a new one", async () => {
    await using upstream = await closingOnSecond();
    await using client = new HttpClient();
    const target = targetOf(upstream);
    expect(await textOf(client, target)).toBe("ok");
    expect(await textOf(client, target)).toBe("ok");
    expect(upstream.connections).toHaveLength(2);
  });

  it("costs it nothing either when that happens to one kept connection after another", async () => {
    const all = deferred<void>();
    const kept = 3;
    let waiting = 0;
    await using upstream = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      if (++waiting === kept) all.resolve();
      await all.promise;
      await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      await connection.readUntil("\r\n\r\n");
      connection.socket.destroy();
    });
    await using client = new HttpClient();
    const target = targetOf(upstream);
    await Promise.all(Array.from({ length: kept }, () => textOf(client, target)));
    const record: SendRecord = { attempts: 0, connectMs: undefined };
    const response = await client.request(target, get(), undefined, record);
    expect((await readBody(response.body)).toString()).toBe("ok");
    expect(upstream.connections).toHaveLength(kept + 1);
    expect(record.attempts).toBe(kept + 1);
  });

  it("fails a POST, which is never sent twice", async () => {
    await using upstream = await closingOnSecond();
    await using client = new HttpClient();
    const target = targetOf(upstream);
    expect(await textOf(client, target)).toBe("ok");
    const post = createRequest({ method: "POST", headers: { Host: "test" }, body: "x" });
    await expect(client.request(target, post)).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED" });
    expect(upstream.connections).toHaveLength(1);
  });

  it("is not used when it sent something that nobody asked for", async () => {
    await using upstream = await startRawServer(async (connection, index) => {
      await connection.readUntil("\r\n\r\n");
      const poison = index === 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison" : "";
      await connection.write(
        `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${index === 0 ? "ok" : "ok"}${poison}`,
      );
    });
    await using client = new HttpClient();
    expect(await textOf(client, targetOf(upstream))).toBe("ok");
    expect(await textOf(client, targetOf(upstream))).toBe("ok");
    expect(upstream.connections).toHaveLength(2);
  });
});

describe("a cancelled request", () => {
  it("rejects with the reason and closes its connection", async () => {
    const arrived = deferred<void>();
    await using upstream = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      arrived.resolve();
    });
    await using client = new HttpClient();
    const cancellation = new Cancellation();
    const answer = client.request(targetOf(upstream), get(), cancellation);
    await arrived.promise;
    cancellation.cancel(new Error("nobody waits"));
    await expect(answer).rejects.toThrow("nobody waits");
    await upstream.connections[0]?.closed;
    expect(client.statistics).toMatchObject({ open: 0 });
  });

  it("leaves the connection alone once its response is complete", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
    await using client = new HttpClient();
    const cancellation = new Cancellation();
    const response = await client.request(targetOf(upstream), get(), cancellation);
    await readBody(response.body);
    cancellation.cancel(new Error("too late"));
    expect(await textOf(client, targetOf(upstream))).toBe("ok");
    expect(upstream.connections).toBe(1);
  });

  it("is not sent when it was cancelled before", async () => {
    await using upstream = await startHttpUpstream();
    await using client = new HttpClient();
    const cancellation = new Cancellation();
    cancellation.cancel(new Error("before"));
    await expect(client.request(targetOf(upstream), get(), cancellation)).rejects.toThrow("before");
    expect(upstream.requests).toBe(0);
  });
});

describe("limits", () => {
  const limited: HttpClientOptions = { pool: { maxConnections: 1, maxWaiting: 1 } };

  it("let a request wait for a connection, and refuse the one too many", async () => {
    const arrived = deferred<() => void>();
    await using upstream = await startHttpUpstream((request, response) => {
      if (request.url === "/slow") arrived.resolve(() => response.end("slow"));
      else response.end("next");
    });
    await using client = new HttpClient(limited);
    const target = targetOf(upstream);
    const first = textOf(client, target, "/slow");
    const finish = await arrived.promise;
    const second = textOf(client, target, "/next");
    await expect(client.request(target, get("/third"))).rejects.toMatchObject({
      code: "ERR_POOL_QUEUE_FULL",
    });
    finish();
    expect(await Promise.all([first, second])).toEqual(["slow", "next"]);
    expect(upstream.connections).toBe(1);
  });
});
