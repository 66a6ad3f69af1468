import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  type Body,
  BodyTooLargeError,
  bodyFrom,
  createResponse,
  Headers,
  type HttpRequest,
  HttpResponse,
  readBody,
  UpstreamClosedError,
  UpstreamTimeoutError,
} from "../../src/index.ts";
import { get, post, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const respondWith = (body: Body) => new HttpResponse(200, "OK", "1.1", new Headers(), body);

/** A body that announces a length and sends something else. */
const lying = (length: number, text: string): Body => ({
  length,
  whole: undefined,
  trailers: undefined,
  pipe(sink) {
    sink.write(Buffer.from(text));
    sink.end(undefined);
  },
  resume() {},
  cancel() {},
});

describe("a handler that fails", () => {
  const used = bodyFrom([Buffer.from("x")]);
  used.pipe({ write: () => true, end() {}, fail() {} });
  const faults: [what: string, handler: () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("thrown");
      },
    ],
    ["rejects", () => Promise.reject(new Error("rejected"))],
    ["rejects with no error", () => Promise.reject("text")],
    ["answers with nothing", () => Promise.resolve(undefined)],
    ["answers with no promise", () => createResponse("x")],
    ["answers with something else", () => Promise.resolve({ status: 200 })],
    ["answers with status 0", () => Promise.resolve(createResponse("x", { status: 0 }))],
    ["answers with status 1000", () => Promise.resolve(createResponse("x", { status: 1000 }))],
    ["answers with half a status", () => Promise.resolve(createResponse("x", { status: 200.5 }))],
    ["answers with 100", () => Promise.resolve(createResponse("x", { status: 100 }))],
    [
      "answers with 101 to a request that asks for none",
      () => {
        const response = createResponse(undefined, { status: 101 });
        response.upgraded = async () => {};
        return Promise.resolve(response);
      },
    ],
    [
      "answers with a line end in the reason",
      () => Promise.resolve(createResponse("x", { reason: "OK\r\nX: y" })),
    ],
    [
      "answers with a letter above Latin-1 in the reason",
      () => Promise.resolve(createResponse("x", { reason: "\u010a" })),
    ],
    [
      "answers with headers that are none",
      () => Promise.resolve(new HttpResponse(200, "OK", "1.1", {} as Headers, bodyFrom("x"))),
    ],
    ["answers with a body that was read", () => Promise.resolve(respondWith(used))],
  ];

  it.each(faults)("%s: the client sees a plain 500, and the connection goes on", async (_, handler) => {
    const errors: unknown[] = [];
    await using server = await serve(
      (request) =>
        request.target === "/ok" ? Promise.resolve(createResponse("fine")) : (handler() as never),
      { onError: (error) => errors.push(error) },
    );
    await using client = await rawClient(server);
    void client.write(get("/") + get("/ok"));
    expect(await readResponse(client)).toMatchObject({ status: 500, body: "500 Internal Server Error\n" });
    expect((await readResponse(client)).body).toBe("fine");
    expect(errors.length).toBe(1);
  });

  it("is answered with the status that its error stands for", async () => {
    const address = "10.0.0.1:80";
    const errors: Record<string, Error> = {
      413: new BodyTooLargeError({ maxBytes: 1, bytes: 2 }),
      502: new UpstreamClosedError({ address, unanswered: true, reused: false }),
      504: new UpstreamTimeoutError({ address, waitingFor: "its response", timeoutMs: 1 }),
      418: Object.assign(new Error("a teapot"), { status: 418 }),
      500: Object.assign(new Error("no status for failures"), { status: 200 }),
    };
    await using server = await serve(async ({ target }) => {
      throw errors[target.slice(1)];
    });
    await using client = await rawClient(server);
    for (const status of Object.keys(errors)) {
      void client.write(get(`/${status}`));
      expect((await readResponse(client)).status).toBe(Number(status));
    }
  });

  it("does not say that it failed more than its listener can bear", async () => {
    await using server = await serve(
      async () => {
        throw new Error("fault");
      },
      {
        onError() {
          throw new Error("fault of the listener");
        },
      },
    );
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    await using client = await rawClient(server);
    void client.write(get());
    expect((await readResponse(client)).status).toBe(500);
    expect((await warned).message).toBe("fault of the listener");
  });
});

describe("a response whose body fails", () => {
  it("before anything was sent becomes an error", async () => {
    await using server = await serve(async () =>
      respondWith({
        ...lying(-1, ""),
        pipe(sink) {
          sink.fail(new UpstreamClosedError({ address: "x", unanswered: false, reused: false }));
        },
      }),
    );
    await using client = await rawClient(server);
    void client.write(get());
    expect((await readResponse(client)).status).toBe(502);
  });

  it("behind its head is cut off, so that nobody takes it for complete", async () => {
    const errors: unknown[] = [];
    const failure = new Error("generator failed");
    await using server = await serve(
      async () =>
        createResponse(
          (async function* () {
            yield Buffer.from("some");
            await new Promise((resolve) => setImmediate(resolve));
            throw failure;
          })(),
        ),
      { onError: (error) => errors.push(error) },
    );
    for (const version of ["1.0", "1.1"]) {
      await using client = await rawClient(server);
      void client.write(`GET / HTTP/${version}\r\nHost: x\r\n\r\n`);
      await readHead(client);
      await client.readUntil("some");
      expect((await client.closed).error).toMatchObject({ code: "ECONNRESET" });
      expect(client.unread).not.toContain("0\r\n\r\n");
    }
    expect(errors).toEqual([failure, failure]);
  });

  it("is longer than it said and here at once: an error, and the connection goes on", async () => {
    const errors: unknown[] = [];
    const handler = async ({ target }: HttpRequest) =>
      target === "/ok" ? createResponse("fine") : respondWith(lying(3, "1234"));
    await using server = await serve(handler, { onError: (error) => errors.push(error) });
    await using client = await rawClient(server);
    void client.write(get() + get("/ok"));
    expect((await readResponse(client)).status).toBe(500);
    expect((await readResponse(client)).body).toBe("fine");
    expect(errors).toMatchObject([{ code: "ERR_HTTP_BODY_LENGTH", what: "longer" }]);
  });

  it.each([
    ["longer", ["12", "34"], "12"],
    ["shorter", ["12"], "12"],
  ])("is %s than it said: never more than that, and nothing behind it", async (what, texts, seen) => {
    const errors: unknown[] = [];
    const source = bodyFrom(texts.map((text) => Buffer.from(text)));
    const body: Body = {
      ...lying(3, ""),
      pipe: (sink) => source.pipe(sink),
      resume: () => source.resume(),
      cancel: () => source.cancel(),
    };
    await using server = await serve(async () => respondWith(body), {
      onError: (error) => errors.push(error),
    });
    await using client = await rawClient(server);
    void client.write(get() + get());
    expect((await readHead(client)).headers["content-length"]).toBe("3");
    await client.closed;
    expect(client.unread).toBe(seen);
    expect(errors).toMatchObject([{ code: "ERR_HTTP_BODY_LENGTH", what }]);
  });

  it("throws inside cancel or pipe: the connection may go, the server stays", async () => {
    const throwing = () => {
      throw new Error("a fault in a body");
    };
    const errors: unknown[] = [];
    await using server = await serve(
      async ({ target }) => {
        if (target === "/ok") return createResponse("fine");
        return respondWith({ ...lying(-1, ""), [target.slice(1)]: throwing });
      },
      { onError: (error) => errors.push(error) },
    );
    await using first = await rawClient(server);
    void first.write(get("/pipe"));
    expect((await readResponse(first)).status).toBe(500);
    await using second = await rawClient(server);
    void second.write("HEAD /cancel HTTP/1.1\r\nHost: x\r\n\r\n");
    await second.closed;
    await using third = await rawClient(server);
    void third.write(get("/ok"));
    expect((await readResponse(third)).body).toBe("fine");
    expect(errors.length).toBeGreaterThanOrEqual(2);
  });
});

it("a body that is larger than its reader allows is answered with 413, and the connection goes on", async () => {
  await using server = await serve(async (request) =>
    createResponse(await readBody(request.body, { maxBytes: 10 })),
  );
  await using client = await rawClient(server);
  void client.write(post("x".repeat(11)) + post("fits"));
  expect((await readResponse(client)).status).toBe(413);
  expect((await readResponse(client)).body).toBe("fits");
  // Noticed only while it comes.
  void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  void client.write("14\r\n01234567890123456789\r\n");
  expect((await readResponse(client)).status).toBe(413);
});
