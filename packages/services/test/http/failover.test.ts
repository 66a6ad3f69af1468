import { freePort, rawClient, startHttpUpstream, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

/** Takes a request and closes the connection without an answer. */
const silent = () =>
  startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    connection.socket.destroy();
  });

describe("an upstream that fails", () => {
  it("costs nothing while another one takes connections, also for a request with a body", async () => {
    await using alive = await startHttpUpstream();
    await using gateway = await startGateway({ routes: [everyPath([await freePort(), alive.port])] });
    expect((await fetch(`${gateway.origin}/x`)).status).toBe(200);
    const post = await fetch(`${gateway.origin}/x`, { method: "POST", body: "once" });
    expect(await post.json()).toMatchObject({ method: "POST", url: "/x", bodyBytes: 4 });
    expect(alive.requests).toBe(2);
  });

  it("without a byte of an answer: an idempotent request goes to the next one", async () => {
    await using broken = await silent();
    await using alive = await startHttpUpstream((request, response) => response.end(request.url));
    await using gateway = await startGateway({ routes: [everyPath([broken.port, alive.port])] });
    expect(await (await fetch(`${gateway.origin}/get`)).text()).toBe("/get");
    expect(broken.connections).toHaveLength(1);
  });

  it("without a byte of an answer: a POST fails, it may have been carried out", async () => {
    await using broken = await silent();
    await using alive = await startHttpUpstream();
    const failures: unknown[] = [];
    await using gateway = await startGateway({
      routes: [everyPath([broken.port, alive.port])],
      upstream: { onFailure: (error) => failures.push(error) },
    });
    expect((await fetch(`${gateway.origin}/x`, { method: "POST", body: "once" })).status).toBe(502);
    expect(alive.requests).toBe(0);
    expect(failures).toMatchObject([{ code: "ERR_HTTP_UPSTREAM_CLOSED" }]);
  });

  it("is not to blame when the client breaks off its request", async () => {
    const arrived = Promise.withResolvers<void>();
    await using upstream = await startHttpUpstream(() => arrived.resolve());
    await using other = await startHttpUpstream();
    const failures: unknown[] = [];
    const reported = Promise.withResolvers<unknown>();
    await using gateway = await startGateway({
      routes: [everyPath([upstream.port, other.port])],
      upstream: { onFailure: (error) => failures.push(error) },
      httpServer: { onExchange: ({ error }) => reported.resolve(error) },
    });
    await using client = await rawClient(gateway.address);
    await client.write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    await arrived.promise;
    client.socket.end();
    expect(await reported.promise).toMatchObject({ code: "ERR_HTTP_INCOMPLETE_MESSAGE" });
    expect(failures).toEqual([]);
    expect(other.requests).toBe(0);
  });

  it("as all others do: the answer is a 502, and each was tried once", async () => {
    await using one = await silent();
    await using two = await silent();
    await using gateway = await startGateway({ routes: [everyPath([one.port, two.port], "round_robin")] });
    expect((await fetch(`${gateway.origin}/x`)).status).toBe(502);
    expect([one.connections.length, two.connections.length]).toEqual([1, 1]);
  });

  it("is given up when the time for other tries is over", async () => {
    await using alive = await startHttpUpstream();
    await using gateway = await startGateway({
      routes: [everyPath([await freePort(), alive.port])],
      upstream: { failoverTimeoutMs: -1 },
    });
    expect((await fetch(`${gateway.origin}/x`)).status).toBe(502);
    expect(alive.requests).toBe(0);
  });
});
