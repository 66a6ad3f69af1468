import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  bodyChunks,
  createResponse,
  Headers,
  type HttpRequest,
  HttpResponse,
  readBody,
} from "../../src/index.ts";
import { get, post, postChunked, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const ignore = async () => createResponse("ignored");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("a request body", () => {
  it("is here as a whole when it came with its head", async () => {
    const wholes: (string | undefined)[] = [];
    await using server = await serve(async ({ body }) => {
      wholes.push(body.whole?.toString());
      return createResponse("x");
    });
    await using client = await rawClient(server);
    for (const request of [post("all"), postChunked(["all ", "of it"]), get()]) {
      void client.write(request);
      await readResponse(client);
    }
    expect(wholes).toEqual(["all", "all of it", ""]);
  });

  it("brings its trailers, and never as headers", async () => {
    await using server = await serve(async ({ body, headers }) => {
      await readBody(body);
      return createResponse(`${headers.has("x-sum")} ${body.trailers?.get("x-sum")}`);
    });
    await using client = await rawClient(server);
    void client.write(postChunked(["x"], "X-Sum: 7\r\nContent-Length: 9\r\n"));
    expect((await readResponse(client)).body).toBe("false 7");
  });

  it("brings no trailer that Connection names (RFC 9110 section 7.6.1)", async () => {
    await using server = await serve(async ({ body }) => {
      await readBody(body);
      return createResponse(JSON.stringify([...(body.trailers ?? [])]));
    });
    await using client = await rawClient(server);
    const sent = (trailers: string) =>
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: x-hop, TE\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${trailers}\r\n`;
    void client.write(sent("X-Hop: 1\r\nX-Sum: 7\r\nX-HOP: 2\r\n"));
    expect((await readResponse(client)).body).toBe('[["X-Sum","7"]]');
    void client.write(sent("X-Hop: 1\r\n"));
    expect((await readResponse(client)).body).toBe("[]");
  });

  it("of ten megabytes arrives byte for byte, with a length and chunked, and is sent back", async () => {
    await using server = await serve(
      async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body),
    );
    const bytes = randomBytes(10_000_000);
    await using client = await rawClient(server);
    const echoed = async () => {
      const { body } = await readResponse(client);
      expect(sha256(Buffer.from(body, "latin1"))).toBe(sha256(bytes));
    };
    void client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    void client.write(bytes);
    await echoed();
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let at = 0, size = 1; at < bytes.length; at += size, size = Math.min(size * 3, 700_000)) {
      const part = bytes.subarray(at, at + size);
      void client.write(`${part.length.toString(16)}\r\n`);
      void client.write(part);
      void client.write("\r\n");
    }
    void client.write("0\r\n\r\n");
    await echoed();
  });

  it("that nobody reads stops the client", async () => {
    const called = deferred();
    const read = deferred();
    await using server = await serve(async (request) => {
      called.resolve();
      await read.promise;
      return readAll2(request);
    });
    const readAll2 = async ({ body }: HttpRequest) => {
      let bytes = 0;
      for await (const chunk of bodyChunks(body)) bytes += chunk.length;
      return createResponse(String(bytes));
    };
    await using client = await rawClient(server);
    const bytes = Buffer.alloc(32 * 1024 * 1024);
    void client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    let sent = false;
    void client.write(bytes).then(() => {
      sent = true;
    });
    await called.promise;
    await stillFor(() => client.socket.bytesWritten - client.socket.writableLength);
    expect(sent).toBe(false);
    read.resolve();
    expect((await readResponse(client)).body).toBe(String(bytes.length));
  });

  it("is slowed down by a slow reader of the answer that it becomes", async () => {
    await using server = await serve(
      async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body),
    );
    const bytes = randomBytes(48 * 1024 * 1024);
    const socket = connect(server);
    socket.pause();
    let sent = false;
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    socket.write(bytes, () => {
      sent = true;
    });
    await eventually(() => (server.streams()[0]?.pendingBytes ?? 0) > 0);
    const [stream] = server.streams();
    await stillFor(() => stream?.queuedBytes);
    expect(sent).toBe(false);
    expect(stream?.pendingBytes).toBeLessThanOrEqual(256 * 1024);
    const received: Buffer[] = [];
    let total = 0;
    const whole = deferred<Buffer>();
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      total += chunk.length;
      if (total > bytes.length) whole.resolve(Buffer.concat(received).subarray(-bytes.length));
    });
    socket.resume();
    expect(sha256(await whole.promise)).toBe(sha256(bytes));
    socket.destroy();
  });
});

/** Waits until a figure has stopped changing. */
async function stillFor(figure: () => unknown): Promise<void> {
  let before: unknown = {};
  let same = 0;
  await eventually(
    () => {
      same = figure() === before ? same + 1 : 0;
      before = figure();
      return same > 12;
    },
    { intervalMs: 10 },
  );
}

describe("an answer before the end of the body", () => {
  it("with a small rest: the rest is read away, and the connection goes on", async () => {
    await using server = await serve(ignore);
    await using client = await rawClient(server);
    for (let round = 0; round < 3; round++) {
      void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nstart");
      const response = await readResponse(client);
      expect(response).toMatchObject({ body: "ignored" });
      expect(response.headers["connection"]).toBeUndefined();
      void client.write("x".repeat(59_995));
    }
    void client.write(get());
    expect((await readResponse(client)).status).toBe(200);
  });

  it("that was not read at all: it is not taken for a request", async () => {
    await using server = await serve(async ({ target }) => createResponse(target));
    await using client = await rawClient(server);
    const hidden = get("/hidden");
    void client.write(post(hidden, "/1") + postChunked([hidden]) + get("/2"));
    expect((await readResponse(client)).body).toBe("/1");
    expect((await readResponse(client)).body).toBe("/");
    expect((await readResponse(client)).body).toBe("/2");
  });

  it("with a large or unknown rest: the connection closes, and the client gets the whole answer", async () => {
    const answer = "a".repeat(300_000);
    await using server = await serve(async () => createResponse(answer));
    const heads = ["Content-Length: 20000000", "Transfer-Encoding: chunked"];
    for (const field of heads) {
      await using client = await rawClient(server, { allowHalfOpen: true });
      void client.write(`POST / HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n`);
      const chunk = Buffer.alloc(65_536, "b");
      const send = () => {
        if (field.startsWith("T")) void client.write("10000\r\n");
        void client.write(chunk);
        if (field.startsWith("T")) void client.write("\r\n");
      };
      // The client sends on without looking.
      for (let count = 0; count < 100; count++) send();
      const response = await readResponse(client);
      expect(response.headers["connection"]).toBe("close");
      expect(response.body === answer).toBe(true);
      expect(await client.readToEnd()).toBe("");
      client.end();
      expect((await client.closed).error).toBeUndefined();
    }
  });

  it("breaks the body off for whoever still reads it", async () => {
    const outcome = deferred<unknown>();
    await using server = await serve(async ({ body }) => {
      readBody(body).then(outcome.resolve, outcome.resolve);
      return createResponse("early");
    });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
    expect((await readResponse(client)).body).toBe("early");
    expect(await outcome.promise).toMatchObject({ code: "ERR_HTTP_BODY_DISCARDED" });
    void client.write(`67890${get()}`);
    expect((await readResponse(client)).body).toBe("early");
  });

  it("cancels nothing of a body that is read in time", async () => {
    await using server = await serve(async ({ body }) =>
      createResponse(
        (async function* () {
          yield Buffer.from("got:");
          yield* bodyChunks(body);
        })(),
      ),
    );
    await using client = await rawClient(server);
    void client.write(`${post("one")}POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\ntw`);
    expect((await readResponse(client)).body).toBe("got:one");
    await readHead(client);
    void client.write("o th");
    expect(await client.readUntil("0\r\n\r\n")).toContain("o th");
    void client.write(get());
    expect((await readResponse(client)).body).toBe("got:");
  });
});
