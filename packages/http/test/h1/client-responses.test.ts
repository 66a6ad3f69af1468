import { startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest } from "../../src/index.ts";
import { answering, connectClient, ok, request, text } from "./client.ts";

describe("a client connection", () => {
  it("sends one request after another", async () => {
    const answers = [ok("one"), ok(""), ok("three")];
    await using server = await answering(...answers);
    await using client = await connectClient(server);
    for (const body of ["one", "", "three"]) {
      const idle = client.nextIdle();
      const response = await client.connection.send(request());
      expect(response).toMatchObject({ status: 200, reason: "OK", version: "1.1" });
      expect(await text(response)).toBe(body);
      await idle;
    }
    expect(client.connection.requests).toBe(3);
    expect(client.idles()).toBe(3);
    expect(server.connections.length).toBe(1);
  });

  it("passes interim responses on, and waits for the final one", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    await using server = await answering(`HTTP/1.1 100 Continue\r\n\r\n${early}${early}${ok("final")}`);
    await using client = await connectClient(server);
    const sent = request();
    const heard: (string | undefined)[] = [];
    sent.onInformational = (status, headers) => heard.push(`${status} ${headers.get("link")}`);
    expect(await text(await client.connection.send(sent))).toBe("final");
    expect(heard).toEqual(["100 undefined", "103 </a>", "103 </a>"]);
  });

  it("takes no more interim responses than any request needs", async () => {
    const interim = "HTTP/1.1 102 Processing\r\n\r\n";
    await using server = await answering(
      interim.repeat(100) + ok("in time"),
      interim.repeat(101) + ok("late"),
    );
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    expect(await text(await client.connection.send(request()))).toBe("in time");
    await idle;
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_PROTOCOL",
      what: "sent more than 100 interim responses",
    });
  });

  it.each([
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ])("knows that the answer to %s has no body: %j", async (method, answer) => {
    await using server = await answering(answer, ok("next"));
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    const response = await client.connection.send(request(method));
    expect(response.body.length).toBe(0);
    await idle;
    expect(await text(await client.connection.send(request()))).toBe("next");
  });

  it("reads chunked bodies with trailers, in whatever parts they come", async () => {
    const answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n2\r\n, \r\n3\r\ntwo\r\n0\r\nX-Sum: 8\r\n\r\n";
    await using server = await startRawServer(async (connection) => {
      for (let at = 1; at < answer.length; at++) {
        await connection.readUntil("\r\n\r\n");
        await connection.write(answer.slice(0, at));
        await new Promise((resolve) => setImmediate(resolve));
        void connection.write(answer.slice(at));
      }
    });
    await using client = await connectClient(server);
    for (let at = 1; at < answer.length; at++) {
      const idle = client.nextIdle();
      const response = await client.connection.send(request());
      expect(await text(response)).toBe("one, two");
      expect(response.body.trailers?.get("x-sum")).toBe("8");
      await idle;
    }
  });

  it("drops trailers that Connection names (RFC 9110 section 7.6.1)", async () => {
    const answer =
      "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-hop: 1\r\nX-Sum: 8\r\n\r\n";
    await using server = await answering(answer);
    await using client = await connectClient(server);
    const response = await client.connection.send(request());
    expect(await text(response)).toBe("");
    expect([...(response.body.trailers ?? [])]).toEqual([["X-Sum", "8"]]);
  });

  it("reads a body until the end where nothing else ends it, and is gone then", async () => {
    for (const answer of ["HTTP/1.1 200 OK\r\n\r\nall of it", "HTTP/1.0 200 OK\r\n\r\nall of it"]) {
      await using server = await startRawServer(async (connection) => {
        await connection.readUntil("\r\n\r\n");
        void connection.write(answer);
        connection.end();
      });
      await using client = await connectClient(server);
      const response = await client.connection.send(request());
      expect(response.body.length).toBe(-1);
      expect(await text(response)).toBe("all of it");
      await client.closed;
      expect(client.idles()).toBe(0);
    }
  });

  it("does not take a reset for the end of such a body", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write("HTTP/1.1 200 OK\r\n\r\npart of it");
      await connection.readUntil("got it");
      connection.reset();
    });
    await using client = await connectClient(server);
    const sent = createRequest({ method: "POST", headers: { Host: "x" }, body: later("got it") });
    const response = await client.connection.send(sent);
    await expect(text(response)).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_CLOSED",
      unanswered: false,
    });
  });

  it.each([
    ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
    ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  ])("does not go on after %j", async (answer) => {
    await using server = await answering(answer);
    await using client = await connectClient(server);
    expect(await text(await client.connection.send(request()))).toBe("ok");
    await client.closed;
    expect(client.idles()).toBe(0);
    expect(client.connection.idle).toBe(false);
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_CONNECTION_BUSY",
      state: "closed",
    });
  });

  it("goes on after HTTP/1.0 that asks for it", async () => {
    const answer = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok";
    await using server = await answering(answer, ok("next"));
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    expect(await text(await client.connection.send(request()))).toBe("ok");
    await idle;
    expect(await text(await client.connection.send(request()))).toBe("next");
  });

  it("takes one request at a time", async () => {
    await using server = await answering(ok("x"));
    await using client = await connectClient(server);
    const first = client.connection.send(request());
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_CONNECTION_BUSY",
    });
    expect(await text(await first)).toBe("x");
  });
});

/** A body that comes when the event loop has gone round. */
async function* later(content: string) {
  await new Promise((resolve) => setImmediate(resolve));
  yield Buffer.from(content);
}

describe("a response that never comes right", () => {
  it("because the peer closes before it: unanswered, and whether the connection had served before", async () => {
    await using server = await startRawServer(async (connection) => {
      for (let count = 0; count < 2; count++) {
        await connection.readUntil("\r\n\r\n");
        if (count === 0) void connection.write(ok("ok"));
      }
      connection.end();
    });
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    await text(await client.connection.send(request()));
    await idle;
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_CLOSED",
      unanswered: true,
      reused: true,
    });
    await using closing = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      connection.reset();
    });
    await using fresh = await connectClient(closing);
    await expect(fresh.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_CLOSED",
      unanswered: true,
      reused: false,
    });
  });

  it.each(["HTTP/1.1 2", "HTTP/1.1 200 OK\r\nX:"])(
    "because the peer closes within its head: %j",
    async (part) => {
      await using server = await startRawServer(async (connection) => {
        await connection.readUntil("\r\n\r\n");
        await connection.write(part);
        connection.end();
      });
      await using client = await connectClient(server);
      const sending = client.connection.send(request());
      await expect(sending).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED", unanswered: false });
      await expect(sending).rejects.toThrow(/in the middle of its answer/);
    },
  );

  it.each([
    ["end", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"],
    ["reset", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"],
    ["end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
    ["end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"],
  ] as const)("because of an %s within its body", async (how, part) => {
    await using server = await answering(part);
    await using client = await connectClient(server);
    const response = await client.connection.send(request());
    const reading = text(response);
    server.connections[0]?.[how]();
    await expect(reading).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED", unanswered: false });
    await client.closed;
  });

  it.each([
    "garbage\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "HTTP/1.1 99 X\r\n\r\n",
  ])("because its head is none: %j", async (answer) => {
    await using server = await answering(answer);
    await using client = await connectClient(server);
    await expect(client.connection.send(request())).rejects.toMatchObject({ code: "ERR_HTTP_RESPONSE_HEAD" });
    await client.closed;
  });

  it("because its chunks are malformed", async () => {
    await using server = await answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    await using client = await connectClient(server);
    const reading = text(await client.connection.send(request()));
    void server.connections[0]?.write("zz\r\n");
    await expect(reading).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
  });

  it("because it switches protocols without being asked", async () => {
    await using server = await answering(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    );
    await using client = await connectClient(server);
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_PROTOCOL",
    });
    await client.closed;
  });
});
