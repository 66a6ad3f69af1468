import { once } from "node:events";
import { connect } from "node:net";
import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { serveFetch } from "./serve-fetch.ts";

type Answer = () => Response | Promise<Response>;

/** What a client sees of an answer. */
async function seen(answer: Answer, method = "GET"): Promise<{ text: string; errors: readonly unknown[] }> {
  await using server = await serveFetch(answer);
  await using client = await rawClient(server);
  await client.write(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return { text: await client.readToEnd(), errors: server.errors };
}

const withoutDate = (text: string): string => text.replace(/Date: [^\r]*\r\n/, "");

describe("a response", () => {
  it("keeps status, reason, fields and every Set-Cookie", async () => {
    const headers = new Headers({ "X-A": "1" });
    headers.append("Set-Cookie", "a=1, b");
    headers.append("Set-Cookie", "c=2");
    const { text } = await seen(() => new Response("made", { status: 201, statusText: "Made", headers }));
    expect(text).toMatch(/^HTTP\/1\.1 201 Made\r\n/);
    expect(text).toMatch(/set-cookie: a=1, b\r\nset-cookie: c=2\r\n/);
    expect(text).toMatch(/x-a: 1\r\n/);
  });

  it("without a body has no length of one", async () => {
    expect(withoutDate((await seen(() => new Response(null, { status: 204 }))).text)).toBe(
      "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    );
    const { text } = await seen(() => new Response(null, { headers: { "Content-Length": "5" } }));
    expect(text).toMatch(/content-length: 0\r\n/i);
  });

  it("has the length that its handler announced, and is broken off when that is wrong", async () => {
    const announced = (length: number) => () =>
      new Response("12345", { headers: { "Content-Length": `${length}` } });
    expect((await seen(announced(5))).text).toMatch(/content-length: 5\r\n.*\r\n\r\n12345$/is);
    for (const length of [4, 6]) {
      await using server = await serveFetch(announced(length));
      await using client = await rawClient(server);
      await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.closed;
      expect(server.errors).toMatchObject([{ code: "ERR_HTTP_BODY_LENGTH" }]);
    }
  });

  it("to HEAD has no body, which is cancelled, and the length that GET would have", async () => {
    const cancelled: number[] = [];
    const body = () => new ReadableStream({ cancel: () => void cancelled.push(1) });
    const { text } = await seen(() => new Response(body(), { headers: { "Content-Length": "7" } }), "HEAD");
    expect(text).toMatch(/content-length: 7\r\n.*\r\n\r\n$/is);
    expect(cancelled).toEqual([1]);
  });

  it("says nothing of the connection, which is not the handler's", async () => {
    const headers = {
      Connection: "keep-alive, x-a",
      "Keep-Alive": "timeout=5",
      "Transfer-Encoding": "gzip",
      "X-A": "1",
    };
    const { text } = await seen(() => new Response("a", { headers }));
    expect(text).not.toMatch(/keep-alive|gzip/i);
    expect(text).toMatch(/Connection: close\r\n/);
  });

  it("streams: each part is sent when it is there, and made no faster than the client takes it", async () => {
    let made = 0;
    const part = Buffer.alloc(64 * 1024, "x");
    await using server = await serveFetch(
      () =>
        new Response(
          new ReadableStream(
            {
              pull(controller) {
                made += 1;
                if (made > 4096) return controller.close();
                controller.enqueue(made === 1 ? Buffer.from("first") : part);
              },
            },
            { highWaterMark: 1 },
          ),
        ),
    );
    const client = connect(server.port, server.host);
    client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const [first] = (await once(client, "data")) as [Buffer];
    client.pause();
    expect(first.toString()).toContain("first");
    let before = -1;
    // Two looks, with time for hundreds of parts between them, that see the same.
    while (made !== before) {
      before = made;
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    }
    expect(made).toBeLessThan(1024);
    let received = first.length;
    for await (const chunk of client as AsyncIterable<Buffer>) received += chunk.length;
    expect(received).toBeGreaterThan(4095 * part.length);
    expect(made).toBe(4097);
  }, 30_000);
});

describe("a handler that fails", () => {
  it.each<[string, Answer, unknown]>([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
      { message: "secret" },
    ],
    ["rejects", () => Promise.reject(new Error("secret")), { message: "secret" }],
    ["answers nothing", () => undefined as unknown as Response, { code: "ERR_HTTP_INVALID_RESPONSE" }],
    ["answers a text", () => "secret" as unknown as Response, { code: "ERR_HTTP_INVALID_RESPONSE" }],
    ["answers a network error", () => Response.error(), { code: "ERR_HTTP_INVALID_RESPONSE" }],
    [
      "answers what was read already",
      async () => {
        const response = new Response("secret");
        await response.text();
        return response;
      },
      { code: "ERR_HTTP_INVALID_RESPONSE" },
    ],
  ])(
    "because it %s is answered with 500 and nothing else, and its error is told",
    async (_how, answer, error) => {
      const { text, errors } = await seen(answer);
      expect(text).toMatch(/^HTTP\/1\.1 500 /);
      expect(text).not.toMatch(/secret|at /);
      expect(errors).toMatchObject([error]);
    },
  );

  it("in the middle of its body breaks the connection off", async () => {
    await using server = await serveFetch(() => {
      const parts = [Buffer.from("first"), "no bytes" as unknown as Uint8Array];
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(parts.shift() as Uint8Array),
        }),
      );
    });
    await using client = await rawClient(server);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.readUntil("first");
    await client.closed;
    expect(client.unread).not.toMatch(/0\r\n\r\n/);
    expect(server.errors).toMatchObject([{ message: "a response body has a part that is not bytes" }]);
  });
});
