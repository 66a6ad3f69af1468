import { createHash } from "node:crypto";
import { Cancellation } from "@monolake/service-async";
import { watchedDeadlines } from "@monolake/streams";
import {
  deferred,
  encodeFields,
  encodeFrame,
  eventually,
  frameFlags,
  frameTypes,
  startHttp2Upstream,
  startRawServer,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest, Headers, readBody } from "../../src/index.ts";
import { uploading } from "../h1/uploading.ts";
import { connect } from "./client-connection.ts";

const get = (target = "/") => createRequest({ target, headers: { Host: "example.com" } });

describe("a request to an upstream of HTTP/2", () => {
  it("is the same request, and its response the same response", async () => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      stream.respond({ ":status": 203, "x-saw": JSON.stringify(headers), "set-cookie": ["a", "b"] });
      stream.end("hello");
    });
    await using client = await connect(upstream);
    const request = get("/x?y");
    request.headers.append("X-One", "1");
    request.headers.append("Connection", "x-one");
    request.headers.append("Transfer-Encoding", "chunked");
    request.headers.append("TE", "trailers");
    const response = await client.send(request);
    expect([response.status, response.reason, response.version]).toEqual([
      203,
      "Non-Authoritative Information",
      "2",
    ]);
    expect(response.headers.getAll("Set-Cookie")).toEqual(["a", "b"]);
    expect(JSON.parse(response.headers.get("x-saw") as string)).toEqual({
      ":method": "GET",
      ":scheme": "http",
      ":authority": "example.com",
      ":path": "/x?y",
      "x-one": "1",
      te: "trailers",
    });
    expect((await readBody(response.body)).toString()).toBe("hello");
  });

  it.each([0, 10, 64 * 1024, 1024 * 1024])("carries a body of %d bytes, known and unknown", async (bytes) => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      const hash = createHash("sha256");
      stream.on("data", (chunk: Buffer) => hash.update(chunk));
      stream.on("end", () => {
        stream.respond({ ":status": 200 });
        stream.end(`${headers["content-length"]} ${hash.digest("hex")}`);
      });
    });
    await using client = await connect(upstream);
    const content = Buffer.alloc(bytes, "0123456789");
    const sha = createHash("sha256").update(content).digest("hex");
    const known = await client.send(createRequest({ method: "POST", headers: { Host: "x" }, body: content }));
    expect((await readBody(known.body)).toString()).toBe(`${bytes} ${sha}`);
    const parts = [content.subarray(0, 5), content.subarray(5)];
    const unknown = await client.send(createRequest({ method: "POST", headers: { Host: "x" }, body: parts }));
    expect((await readBody(unknown.body)).toString()).toBe(`undefined ${sha}`);
  });

  it("has trailers, and so has its response", async () => {
    await using upstream = await startHttp2Upstream((stream) => {
      stream.on("trailers", ({ "x-sum": sum }) => {
        stream.respond({ ":status": 200 }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "x-back": `${sum}` }));
        stream.end("hello");
      });
      stream.resume();
    });
    await using client = await connect(upstream);
    const request = createRequest({ method: "POST", headers: { Host: "x" } });
    const trailers = new Headers([["X-Sum", "7"]]);
    request.body = {
      length: -1,
      whole: undefined,
      trailers,
      pipe(sink) {
        sink.write(Buffer.from("12345"));
        sink.end(trailers);
      },
      resume() {},
      cancel() {},
    };
    const { body } = await client.send(request);
    expect((await readBody(body)).toString()).toBe("hello");
    expect([...(body.trailers ?? [])]).toEqual([["x-back", "7"]]);
  });

  it("hears of interim responses, and holds its body back until it is asked for it", async () => {
    const asked = deferred();
    await using upstream = await startHttp2Upstream((stream, headers) => {
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      void asked.promise.then(() => stream.additionalHeaders({ ":status": 100 }));
      let body = "";
      stream.on("data", (chunk: Buffer) => {
        body += chunk;
      });
      stream.on("end", () => {
        stream.respond({ ":status": 200 });
        stream.end(`${headers["expect"]} ${body}`);
      });
    });
    await using client = await connect(upstream);
    const upload = uploading();
    upload.request.expectContinue = true;
    const interims: [number, string | undefined][] = [];
    upload.request.onInformational = (status, headers) => {
      interims.push([status, headers.get("link")]);
      asked.resolve();
    };
    const answer = client.send(upload.request);
    upload.push("hello");
    upload.push(undefined);
    const response = await answer;
    expect((await readBody(response.body)).toString()).toBe("100-continue hello");
    expect(interims).toEqual([
      [103, "</a>"],
      [100, undefined],
    ]);
  });

  it("may be answered early: the rest of its body is not wanted", async () => {
    await using upstream = await startHttp2Upstream((stream) => {
      stream.respond({ ":status": 413 });
      stream.end("too much");
      stream.once("finish", () => stream.close(0));
    });
    await using client = await connect(upstream);
    const upload = uploading();
    const answer = client.send(upload.request);
    upload.push("hello");
    const response = await answer;
    expect(response.status).toBe(413);
    expect((await readBody(response.body)).toString()).toBe("too much");
    await eventually(() => client.connection.idle);
    upload.push("more");
    await upload.ended;
    expect(client.connection.hasRoom).toBe(true);
  });

  it("has no body to HEAD, 204 and 304", async () => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      stream.respond({ ":status": Number(headers[":path"]?.slice(1)), "content-length": "5" });
      stream.end();
    });
    await using client = await connect(upstream);
    const request = get("/200");
    request.method = "HEAD";
    for (const one of [request, get("/304")]) {
      const response = await client.send(one);
      expect((await readBody(response.body)).length).toBe(0);
    }
    await eventually(() => client.connection.idle);
  });

  it("is cancelled with its stream, and the connection goes on", async () => {
    const codes: unknown[] = [];
    await using upstream = await startHttp2Upstream((stream, headers) => {
      stream.on("close", () => void codes.push(stream.rstCode));
      if (headers[":path"] === "/quick") stream.respond({ ":status": 200 }, { endStream: true });
      if (headers[":path"] === "/half") {
        stream.respond({ ":status": 200 });
        stream.write("half");
      }
    });
    await using client = await connect(upstream);
    const cancellation = new Cancellation();
    const answer = client.send(get("/never"), cancellation);
    await eventually(() => upstream.sessions.length === 1);
    cancellation.cancel(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
    const { body } = await client.send(get("/half"));
    body.cancel();
    await eventually(() => codes.length === 2);
    expect(codes).toEqual([8, 8]);
    expect((await client.send(get("/quick"))).status).toBe(200);
  });
});

describe("a client connection of HTTP/2", () => {
  it("goes on when answers come to requests that were cancelled, however many", async () => {
    const count = 300;
    await using server = await startRawServer(async (connection) => {
      void connection.write(encodeFrame(frameTypes.settings, 0, 0));
      await connection.readUntil("the-last");
      const block = encodeFields([[":status", "200"]]);
      for (let streamId = 1; streamId <= 2 * count + 1; streamId += 2) {
        const part = encodeFrame(frameTypes.data, 0, streamId, Buffer.alloc(256, "x"));
        const parts = Array.from({ length: 60 }, () => part);
        const head = encodeFrame(frameTypes.headers, frameFlags.endHeaders, streamId, block);
        const end = encodeFrame(frameTypes.data, frameFlags.endStream, streamId);
        await connection.write(Buffer.concat([head, ...parts, end]));
      }
      await connection.closed;
    });
    await using client = await connect(server.address);
    for (let left = count; left > 0; left -= 1) {
      const cancellation = new Cancellation();
      const answer = client.send(get(), cancellation);
      cancellation.cancel(new Error("not wanted"));
      await expect(answer).rejects.toThrow("not wanted");
    }
    const { body } = await client.send(get("/the-last"));
    expect(String(await readBody(body))).toBe("x".repeat(60 * 256));
  });

  it("has room for as many requests as the server allows", async () => {
    const streams: { respond: () => void }[] = [];
    await using upstream = await startHttp2Upstream(
      (stream) => {
        streams.push({ respond: () => stream.respond({ ":status": 200 }, { endStream: true }) });
      },
      { settings: { maxConcurrentStreams: 2 } },
    );
    await using client = await connect(upstream);
    await eventually(() => client.events.includes("room"));
    const answers = [client.send(get()), client.send(get())];
    expect(client.connection.hasRoom).toBe(false);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_CONNECTION_BUSY" });
    await eventually(() => streams.length === 2);
    for (const { respond } of streams) respond();
    await Promise.all(answers);
    await eventually(() => client.connection.idle);
    expect(client.connection.hasRoom).toBe(true);
  });

  it("says that a refused request may be sent again", async () => {
    await using upstream = await startHttp2Upstream((stream) => stream.close(7));
    await using client = await connect(upstream);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_REFUSED" });
    expect(client.connection.hasRoom).toBe(true);
  });

  it("answers one request while nobody takes the answers to all others that it has room for", async () => {
    const large = Buffer.alloc(1024 * 1024);
    await using upstream = await startHttp2Upstream(
      (stream, headers) => {
        stream.respond({ ":status": 200 });
        stream.end(headers[":path"] === "/small" ? "small" : large);
      },
      { maxSessionMemory: 1000 },
    );
    await using client = await connect(upstream);
    const untaken = await Promise.all(Array.from({ length: 99 }, () => client.send(get("/large"))));
    const { body } = await client.send(get("/small"));
    expect(String(await readBody(body))).toBe("small");
    for (const response of untaken) response.body.cancel();
  });

  it("leaves after GOAWAY: what the server has seen is answered, the rest refused", async () => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      if (headers[":path"] !== "/1") return;
      stream.session?.close();
      setImmediate(() => stream.respond({ ":status": 200 }, { endStream: true }));
    });
    await using client = await connect(upstream);
    const seen = client.send(get("/1"));
    const unseen = expect(client.send(get("/2"))).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_REFUSED",
    });
    expect((await seen).status).toBe(200);
    await unseen;
    expect(client.connection.hasRoom).toBe(false);
    await client.closed;
    expect(client.events.slice(-2)).toEqual(["leaving", "closed"]);
  });

  it.each([
    ["resets its stream", (stream: { close(code: number): void }) => stream.close(2)],
    [
      "closes the connection",
      (stream: { session?: { socket: { destroySoon?: () => void }; destroy(): void } | undefined }) =>
        stream.session?.destroy(),
    ],
  ])("tells that a server %s, before its answer and in the middle", async (_how, broken) => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      if (headers[":path"] === "/before") return broken(stream as never);
      stream.respond({ ":status": 200, "content-length": "10" });
      stream.write("half", () => broken(stream as never));
    });
    await using client = await connect(upstream);
    await expect(client.send(get("/before"))).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_CLOSED",
      unanswered: true,
    });
    await using another = await connect(upstream);
    const { body } = await another.send(get("/middle"));
    await expect(readBody(body)).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_CLOSED",
      unanswered: false,
    });
  });

  it("waits for a response as long as it may, then asks whether the server is there", async () => {
    await using upstream = await startHttp2Upstream((stream, headers) => {
      if (headers[":path"] === "/half") {
        stream.respond({ ":status": 200 });
        stream.write("half");
      } else if (headers[":path"] === "/quick") stream.respond({ ":status": 200 }, { endStream: true });
    });
    await using client = await connect(upstream, { responseHeadTimeoutMs: 50, bodyIdleTimeoutMs: 50 });
    await expect(client.send(get("/never"))).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_TIMEOUT",
      waitingFor: "its response",
    });
    // It is, so the others go on.
    await eventually(() => client.connection.hasRoom);
    const { body } = await client.send(get("/half"));
    await expect(readBody(body)).rejects.toMatchObject({ waitingFor: "more of its response" });
    await eventually(() => client.connection.hasRoom);
    expect((await client.send(get("/quick"))).status).toBe(200);
  });

  it("gives up a stream on which nothing may come any more, and that is not ended", async () => {
    await using server = await startRawServer(async (connection) => {
      void connection.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      // The head of HEADERS of stream 1.
      await connection.readUntil("\x01\x05\x00\x00\x00\x01");
      // :status 304 without END_STREAM.
      void connection.write(Buffer.from([0, 0, 1, 1, 4, 0, 0, 0, 1, 0x8b]));
      await connection.closed;
    });
    await using client = await connect(server.address, { bodyIdleTimeoutMs: 50 });
    expect((await client.send(get())).status).toBe(304);
    await eventually(() => client.connection.idle);
  });

  it("ends where the server does not answer a ping", async () => {
    await using server = await startRawServer(async (connection) => {
      // SETTINGS, and then nothing any more.
      void connection.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      await connection.closed;
    });
    await using client = await connect(server.address, {
      responseHeadTimeoutMs: 50,
      http2: { pingTimeoutMs: 50 },
    });
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_TIMEOUT" });
    expect(client.connection.hasRoom).toBe(false);
    await client.closed;
  });

  it("closes when its last request is over, and leaves nothing behind", async () => {
    const before = watchedDeadlines();
    const go = deferred();
    await using upstream = await startHttp2Upstream((stream) => {
      void go.promise.then(() => stream.respond({ ":status": 200 }, { endStream: true }));
    });
    await using client = await connect(upstream);
    const answer = client.send(get());
    client.connection.close();
    expect(client.connection.hasRoom).toBe(false);
    go.resolve();
    expect((await answer).status).toBe(200);
    await client.closed;
    expect(watchedDeadlines()).toBe(before);
  });

  it("takes no response with a field of the connection, or too many fields", async () => {
    await using upstream = await startHttp2Upstream((stream) => {
      stream.respond({ ":status": 200, "x-many": new Array(30).fill("1") }, { endStream: true });
    });
    await using client = await connect(upstream, { maxHeaderFields: 20 });
    await expect(client.send(get())).rejects.toMatchObject({ code: /ERR_HTTP_/ });
  });
});
