import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  type Body,
  bodyFrom,
  createRequest,
  createResponse,
  Headers,
  HttpResponse,
  readBody,
} from "../../src/index.ts";
import { connectClient } from "./client.ts";
import { get, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const parts = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));

/** A body with trailers, as an upstream might have sent it. */
function withTrailers(text: string, trailers: Headers): Body {
  return {
    length: -1,
    whole: undefined,
    trailers,
    pipe(sink) {
      if (text !== "") sink.write(Buffer.from(text));
      sink.end(trailers);
    },
    resume() {},
    cancel() {},
  };
}

describe("the framing of a response", () => {
  it("is a length where it is known, also of nothing", async () => {
    await using server = await serve(async ({ target }) =>
      createResponse(target === "/empty" ? undefined : "grüße"),
    );
    await using client = await rawClient(server);
    void client.write(get("/empty") + get());
    expect(await readResponse(client)).toMatchObject({ headers: { "content-length": "0" }, body: "" });
    const { headers, body } = await readResponse(client);
    expect([headers["content-length"], Buffer.from(body, "latin1").toString()]).toEqual(["7", "grüße"]);
  });

  it("is chunked where it is not, and lasts until the end for HTTP/1.0", async () => {
    await using server = await serve(async () => createResponse(parts("one ", "two")));
    await using client = await rawClient(server);
    void client.write(get());
    expect(await readResponse(client)).toMatchObject({
      headers: { "transfer-encoding": "chunked" },
      body: "one two",
    });
    void client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const { headers, body } = await readResponse(client);
    expect(body).toBe("one two");
    expect(headers["connection"]).toBe("close");
    expect(headers["transfer-encoding"]).toBeUndefined();
    expect(headers["content-length"]).toBeUndefined();
  });

  it("passes trailers on, with the head in one write or behind it", async () => {
    const many = new Headers(
      Array.from({ length: 200 }, (_, index) => [`X-Trailer-${index}`, "y".repeat(100)] as const),
    );
    await using server = await serve(async ({ target }) => {
      const trailers = target === "/many" ? many : new Headers([["X-Sum", "7"]]);
      return new HttpResponse(
        200,
        "OK",
        "1.1",
        new Headers(),
        withTrailers(target === "/body" ? "body" : "", trailers),
      );
    });
    await using client = await rawClient(server);
    void client.write(get("/") + get("/body") + get("/many"));
    expect(await readResponse(client)).toMatchObject({ body: "", trailers: { "x-sum": "7" } });
    expect(await readResponse(client)).toMatchObject({ body: "body", trailers: { "x-sum": "7" } });
    expect(Object.keys((await readResponse(client)).trailers).length).toBe(200);
  });

  it("is none for HEAD, 204 and 304, whatever the handler's body is", async () => {
    await using server = await serve(async ({ target, method }) => {
      const body = target.includes("stream") ? parts("x") : "some text";
      const status = Number(/\d+/.exec(target)?.[0] ?? 200);
      return createResponse(body, { status, headers: { "X-Method": method } });
    });
    await using client = await rawClient(server);
    const head = (target: string) => `HEAD ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const targets = ["/", "/stream", "/204", "/stream/204", "/304", "/stream/304"];
    for (const target of targets) {
      void client.write(head(target) + get("/ok"));
      const response = await readResponse(client, "HEAD");
      expect(response.headers["transfer-encoding"]).toBeUndefined();
      expect(response.headers["content-length"]).toBe(target === "/" ? "9" : undefined);
      expect((await readResponse(client)).body).toBe("some text");
      if (!/\d/.test(target)) continue;
      void client.write(get(target) + get("/ok"));
      expect((await readResponse(client)).headers["content-length"]).toBeUndefined();
      expect((await readResponse(client)).body).toBe("some text");
    }
  });

  it("keeps a Content-Length that says what GET would have, and replaces every other one", async () => {
    await using server = await serve(async ({ target }) => {
      const body = target === "/304" ? undefined : "four";
      return createResponse(body, {
        status: target === "/304" ? 304 : 200,
        headers: [
          ["Content-Length", "1234"],
          ["Transfer-Encoding", "gzip"],
          ["Connection", "close, X-Private"],
          ["Keep-Alive", "timeout=5"],
        ],
      });
    });
    await using client = await rawClient(server);
    void client.write(`HEAD / HTTP/1.1\r\nHost: x\r\n\r\n${get("/304")}${get()}`);
    expect((await readResponse(client, "HEAD")).headers["content-length"]).toBe("1234");
    expect((await readResponse(client)).headers["content-length"]).toBe("1234");
    const { headers, body } = await readResponse(client);
    expect(body).toBe("four");
    expect(Object.keys(headers).sort()).toEqual(["content-length", "date"]);
  });

  it("keeps the order, the case and the repetitions of fields", async () => {
    await using server = await serve(async () =>
      createResponse("x", {
        headers: [
          ["b", "1"],
          ["SET-cookie", "a=1"],
          ["Date", "now"],
          ["set-Cookie", "b=2"],
        ],
      }),
    );
    await using client = await rawClient(server);
    void client.write(get());
    expect(await client.readUntil("\r\n\r\n")).toBe(
      "HTTP/1.1 200 OK\r\nb: 1\r\nSET-cookie: a=1\r\nDate: now\r\nset-Cookie: b=2\r\nContent-Length: 1\r\n\r\n",
    );
  });

  it("sends the head at once although the body has not begun, and each part as it comes", async () => {
    const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    await using server = await serve(async () =>
      createResponse(
        (async function* () {
          await steps[0].promise;
          yield Buffer.from("data: 1\n\n");
          await steps[1].promise;
          yield Buffer.from("data: 2\n\n");
        })(),
        { headers: { "Content-Type": "text/event-stream" } },
      ),
    );
    await using client = await rawClient(server);
    void client.write(get());
    expect((await readHead(client)).headers["content-type"]).toBe("text/event-stream");
    steps[0].resolve();
    expect(String(await client.readExactly(14))).toBe("9\r\ndata: 1\n\n\r\n");
    steps[1].resolve();
    expect(await client.readUntil("0\r\n\r\n")).toBe("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  });

  it.each([1, 100, 16 * 1024, 16 * 1024 + 1, 64 * 1024, 1_000_000])(
    "sends bodies of %d bytes whole",
    async (bytes) => {
      const body = Buffer.alloc(bytes, "0123456789abcdef-");
      await using server = await serve(async ({ target }) =>
        createResponse(target === "/stream" ? [body, body] : body),
      );
      await using client = await rawClient(server);
      void client.write(get() + get("/stream") + get());
      expect((await readResponse(client)).body === body.toString()).toBe(true);
      expect((await readResponse(client)).body === `${body}${body}`).toBe(true);
      expect((await readResponse(client)).body === body.toString()).toBe(true);
    },
  );
});

it("a body may write other messages while the head of its own waits for it", async () => {
  await using upstream = await serve(async () => createResponse("other"));
  await using other = await connectClient(upstream);
  await using server = await serve(async () => {
    const body: Body = {
      ...withTrailers("", new Headers()),
      trailers: undefined,
      pipe(sink) {
        const request = createRequest({ headers: { Host: "other", "X-Other": "y".repeat(500) } });
        void other.connection.send(request).then(async (response) => {
          sink.write(await readBody(response.body));
          sink.end(undefined);
        });
      },
    };
    return new HttpResponse(200, "OK", "1.1", new Headers([["X-Own", "z".repeat(100)]]), body);
  });
  await using client = await rawClient(server);
  void client.write(get());
  expect(await readResponse(client)).toMatchObject({ headers: { "x-own": "z".repeat(100) }, body: "other" });
});

it("an empty body may answer any number of requests", async () => {
  const body = bodyFrom(undefined);
  await using server = await serve(async () => new HttpResponse(200, "OK", "1.1", new Headers(), body));
  await using client = await rawClient(server);
  void client.write(get() + get());
  expect((await readResponse(client)).status).toBe(200);
  expect((await readResponse(client)).status).toBe(200);
});
