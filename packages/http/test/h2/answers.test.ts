import { once } from "node:events";
import { deferred, frameTypes, rawHttp2Client, requestFields, uint32 } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type Body, bodyChunks, createResponse, Headers, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { expectGone } from "./gone.ts";
import { answerOf, ask, nodeSession } from "./node-client.ts";

const megabyte = Buffer.alloc(1024 * 1024, "0123456789abcdef");

/** A body of unknown length with trailers. */
const withTrailers = (text: string, trailers: Headers): Body => ({
  length: -1,
  whole: undefined,
  trailers,
  pipe(sink) {
    sink.write(Buffer.from(text));
    sink.end(trailers);
  },
  resume() {},
  cancel() {},
});

describe("an answer over HTTP/2", () => {
  it("has no field of the connection, and its names in lower case", async () => {
    await using server = await serve(async () =>
      createResponse("x", {
        headers: [
          ["Connection", "X-Gone"],
          ["Keep-Alive", "1"],
          ["Transfer-Encoding", "chunked"],
          ["Upgrade", "h2c"],
          ["TE", "gzip"],
          ["X-Kept", "1"],
          ["Set-Cookie", "a"],
          ["Set-Cookie", "b"],
        ],
      }),
    );
    using session = nodeSession(server);
    const { headers } = await ask(session, { ":path": "/" });
    expect(Object.keys(headers).sort()).toEqual([
      ":status",
      "content-length",
      "date",
      "set-cookie",
      "x-kept",
    ]);
    expect(headers["set-cookie"]).toEqual(["a", "b"]);
  });

  it.each([0, 1, 4 * 1024, 64 * 1024, 64 * 1024 + 1, 1024 * 1024])(
    "carries a body of %d bytes, known and unknown",
    async (bytes) => {
      await using server = await serve(async ({ target }) => {
        const body = megabyte.subarray(0, bytes);
        return createResponse(target === "/known" ? body : [body.subarray(0, 10), body.subarray(10)]);
      });
      using session = nodeSession(server);
      for (const path of ["/known", "/unknown"]) {
        const { body, headers } = await ask(session, { ":path": path });
        expect(body === megabyte.toString("latin1", 0, bytes)).toBe(true);
        expect(headers["content-length"]).toBe(path === "/known" ? `${bytes}` : undefined);
      }
    },
  );

  it("to HEAD, 204 and 304 has no body", async () => {
    await using server = await serve(async ({ target }) => {
      const status = Number(target.slice(1));
      return createResponse("hello", { status });
    });
    using session = nodeSession(server);
    const head = await ask(session, { ":method": "HEAD", ":path": "/200" });
    expect([head.status, head.headers["content-length"], head.body]).toEqual([200, "5", ""]);
    for (const status of [204, 304]) {
      const answer = await ask(session, { ":path": `/${status}` });
      expect([answer.status, answer.headers["content-length"], answer.body]).toEqual([status, undefined, ""]);
    }
  });

  it("has its trailers, and the request has its own", async () => {
    await using server = await serve(async ({ body }) => {
      const bytes = await readBody(body);
      const trailers = new Headers([["X-Sum", `${body.trailers?.get("x-sum")} of ${bytes.length}`]]);
      const response = createResponse();
      response.body = withTrailers("hello", trailers);
      return response;
    });
    using session = nodeSession(server);
    const stream = session.request({ ":method": "POST", ":path": "/" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "7", host: "evil" }));
    stream.end("12345");
    const { body, trailers } = await answerOf(stream);
    expect(body).toBe("hello");
    expect(trailers).toMatchObject({ "x-sum": "7 of 5" });
  });

  it("has its trailers behind a body of an announced length, too", async () => {
    await using server = await serve(async () => {
      const response = createResponse();
      response.body = { ...withTrailers("hello", new Headers([["grpc-status", "0"]])), length: 5 };
      return response;
    });
    using session = nodeSession(server);
    const { body, trailers, headers } = await ask(session, { ":path": "/" });
    expect([body, headers["content-length"], trailers?.["grpc-status"]]).toEqual(["hello", "5", "0"]);
  });

  it("takes no trailers that frame or route a message", async () => {
    await using server = await serve(async ({ body }) => {
      await readBody(body);
      return createResponse(JSON.stringify([...(body.trailers ?? [])]));
    });
    using session = nodeSession(server);
    const stream = session.request({ ":method": "POST", ":path": "/" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ host: "evil", cookie: "a", "x-kept": "1" }));
    stream.end("12345");
    expect((await answerOf(stream)).body).toBe('[["x-kept","1"]]');
  });

  it("comes behind interim responses", async () => {
    await using server = await serve(async (request) => {
      request.onInformational?.(
        103,
        new Headers({ Link: "</a>", Connection: "X-Hop", "X-Hop": "1", "Content-Length": "5" }),
      );
      request.onInformational?.(102, new Headers());
      request.onInformational?.(101, new Headers());
      return createResponse("x");
    });
    using session = nodeSession(server);
    const { interims, status } = await ask(session, { ":path": "/" });
    expect(interims.map((fields) => fields[":status"])).toEqual([103, 102]);
    expect(interims[0]).toMatchObject({ link: "</a>" });
    for (const name of ["x-hop", "content-length"]) expect(interims[0]).not.toHaveProperty(name);
    expect(status).toBe(200);
  });

  it("says 100 when somebody wants the body, once", async () => {
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)));
    using session = nodeSession(server);
    const stream = session.request({ ":method": "POST", ":path": "/", expect: "100-continue" });
    const answer = answerOf(stream);
    await once(stream, "continue");
    stream.end("hello");
    expect(await answer).toMatchObject({ status: 200, body: "hello" });
    expect((await answer).interims).toHaveLength(1);
  });

  it("that cannot be sent is a 500, and the other streams go on", async () => {
    const problems: unknown[] = [];
    await using server = await serve(
      async ({ target }) => {
        if (target === "/throw") throw new Error("secret");
        if (target === "/600") return createResponse("", { status: 600 });
        if (target === "/no") return undefined as never;
        return createResponse("fine");
      },
      { onError: (error) => void problems.push(error) },
    );
    using session = nodeSession(server);
    const answers = await Promise.all(
      ["/throw", "/600", "/no", "/"].map((path) => ask(session, { ":path": path })),
    );
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 200]);
    expect(answers[0]?.body).not.toContain("secret");
    expect(problems).toHaveLength(3);
  });

  it.each(["longer", "shorter", "broken"])("is reset in the middle when its body is %s", async (how) => {
    await using server = await serve(async () => {
      const response = createResponse();
      response.body = {
        length: 10,
        whole: undefined,
        trailers: undefined,
        pipe(sink) {
          sink.write(Buffer.from("12345"));
          if (how === "longer") sink.write(Buffer.from("1234567890"));
          else if (how === "shorter") sink.end(undefined);
          else sink.fail(new Error("broken"));
        },
        resume() {},
        cancel() {},
      };
      return response;
    });
    using session = nodeSession(server);
    // INTERNAL_ERROR.
    expect(await ask(session, { ":path": "/" })).toMatchObject({ rstCode: 2 });
  });

  it("is reset, and not ended, when its body breaks off behind what the client has", async () => {
    const half = deferred();
    await using server = await serve(async () => {
      const response = createResponse();
      response.body = {
        length: 10,
        whole: undefined,
        trailers: undefined,
        pipe(sink) {
          sink.write(Buffer.from("12345"));
          void half.promise.then(() => sink.fail(new Error("broken")));
        },
        resume() {},
        cancel() {},
      };
      return response;
    });
    using session = nodeSession(server);
    const stream = session.request({ ":path": "/" });
    const answer = answerOf(stream);
    stream.once("data", () => half.resolve());
    // INTERNAL_ERROR as it was sent: behind an END_STREAM the client would find the length wrong, PROTOCOL_ERROR.
    expect(await answer).toMatchObject({ body: "12345", rstCode: 2 });
  });
});

describe("a request body over HTTP/2", () => {
  it("is read no faster than it is taken", async () => {
    const go = deferred();
    let taken = 0;
    await using server = await serve(async ({ method, body }) => {
      if (method === "GET") return createResponse("at once");
      await go.promise;
      for await (const chunk of bodyChunks(body)) taken += chunk.length;
      return createResponse(`${taken}`);
    });
    using session = nodeSession(server);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    const answer = answerOf(stream);
    let written = 0;
    for (let count = 0; count < 4; count++) {
      stream.write(megabyte, () => {
        written += megabyte.length;
      });
    }
    stream.end();
    // Another stream is not held up, and when it is answered the first one has sent what its window allows.
    expect(await ask(session, { ":path": "/" })).toMatchObject({ body: "at once" });
    expect(written).toBe(0);
    go.resolve();
    expect((await answer).body).toBe(`${4 * megabyte.length}`);
  });

  it("that nobody needs is given up with NO_ERROR behind the answer", async () => {
    await using server = await serve(async () => createResponse("early", { status: 403 }));
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "POST"), { endStream: false });
    const reset = await client.readUntil(({ type }) => type === frameTypes.rstStream);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([1, 0]);
    const types = client.frames.filter(({ streamId }) => streamId === 1).map(({ type }) => type);
    expect(types).toEqual([frameTypes.headers, frameTypes.data, frameTypes.rstStream]);
  });

  it("that is too large is refused, announced or not", async () => {
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)), {
      maxBodyBytes: 1000,
    });
    using session = nodeSession(server);
    const announced = await ask(
      session,
      { ":method": "POST", ":path": "/", "content-length": "1001" },
      "x".repeat(1001),
    );
    expect(announced.status).toBe(413);
    const unknown = await ask(session, { ":method": "POST", ":path": "/" }, "x".repeat(1001));
    expect(unknown.status).toBe(413);
  });
});

describe("a client of HTTP/2 that leaves", () => {
  it.each(["stream", "connection"])("cancels what works for it: %s", async (what) => {
    const called = deferred();
    const reason = deferred<unknown>();
    const late = deferred<unknown>();
    await using server = await serve(async (_request, { cancellation }) => {
      cancellation.onCancel(reason.resolve);
      called.resolve();
      await reason.promise;
      const response = createResponse();
      response.body = {
        length: -1,
        whole: undefined,
        trailers: undefined,
        pipe() {},
        resume() {},
        cancel: late.resolve,
      };
      return response;
    });
    using session = nodeSession(server);
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => {});
    await called.promise;
    if (what === "stream") stream.close(8);
    else session.destroy();
    expect(await reason.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
    expect(await late.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
    session.destroy();
    await expectGone(server);
  });

  it("ends the body that was sent to it", async () => {
    const ended = deferred();
    async function* endless() {
      try {
        for (;;) {
          yield megabyte;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        ended.resolve();
      }
    }
    await using server = await serve(async () => createResponse(endless()));
    using session = nodeSession(server);
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => {});
    await once(stream, "response");
    stream.close(8);
    await ended.promise;
  });

  it.each([0, 8])("breaks the body that it was sending, with code %d", async (code) => {
    const outcome = deferred<unknown>();
    const called = deferred();
    await using server = await serve(async ({ body }) => {
      called.resolve();
      await readBody(body).then(outcome.resolve, outcome.resolve);
      return createResponse();
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "POST"), { endStream: false });
    client.send(frameTypes.data, 0, 1, Buffer.from("hello"));
    await called.promise;
    client.send(frameTypes.rstStream, 0, 1, uint32(code));
    expect(await outcome.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
  });
});
