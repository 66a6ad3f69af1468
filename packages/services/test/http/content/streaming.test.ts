import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import zlib from "node:zlib";
import { type Body, bodyFrom, createResponse, Headers, readBody } from "@monolake/http";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { CodecSlots } from "../../../src/http/content/codec-slots.ts";
import { EncodedBody } from "../../../src/http/content/encoded-body.ts";
import { serveContent } from "./serve-content.ts";

const textOf = (type: string) => ({ headers: { "Content-Type": type } });

/** Waits for each part to be asked for. */
async function* partsOnDemand(next: (index: number) => Promise<unknown>, count: number) {
  for (let index = 0; index < count; index += 1) {
    yield Buffer.from(`event ${index}\n\n`);
    await next(index);
  }
}

describe("what comes slowly is not kept back", () => {
  for (const coding of ["gzip", "deflate", "br", "zstd"]) {
    it.each(["text/event-stream", "text/plain"])(`with ${coding}: %s`, async (type) => {
      const seen = [deferred<void>(), deferred<void>(), deferred<void>()];
      await using served = await serveContent(() =>
        createResponse(
          partsOnDemand((index) => (seen[index] as { promise: Promise<void> }).promise, 3),
          textOf(type),
        ),
      );
      const response = await fetch(served.origin, { headers: { "accept-encoding": coding } });
      expect(response.headers.get("content-encoding")).toBe(coding);
      let text = "";
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString();
        // The next one is made only when this one has been seen.
        for (const index of [0, 1, 2]) if (text.includes(`event ${index}\n`)) seen[index]?.resolve();
      }
      expect(text).toBe("event 0\n\nevent 1\n\nevent 2\n\n");
    });
  }
});

/** Never ends, and cannot be made much smaller. */
async function* endless(given: { bytes: number }) {
  const part = randomBytes(48 * 1024).toString("base64");
  while (true) {
    given.bytes += part.length;
    yield Buffer.from(part);
  }
}

describe("a client that does not read", () => {
  it("stops what makes the response, holds no thread, and costs little memory", async () => {
    const given = { bytes: 0 };
    await using served = await serveContent((request) =>
      request.target === "/endless"
        ? createResponse(endless(given), textOf("text/plain"))
        : createResponse(Buffer.alloc(100_000, "a"), textOf("text/plain")),
    );
    await using cleanup = new AsyncDisposableStack();
    const clients = 12;
    for (let number = 0; number < clients; number += 1) {
      const client = cleanup.use(await rawClient(served.address));
      client.pause();
      void client.write("GET /endless HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    }
    let before = -1;
    await eventually(
      () => {
        const unchanged = before === given.bytes && given.bytes > 0;
        before = given.bytes;
        expect(unchanged).toBe(true);
      },
      { timeoutMs: 20_000, intervalMs: 300 },
    );
    // What the kernel keeps for both ends of a connection, and a few parts.
    expect(given.bytes / clients).toBeLessThan(16 * 1024 * 1024);
    // There are four threads in the pool.
    expect((await readFile(import.meta.filename)).length).toBeGreaterThan(0);
    const other = await fetch(served.origin, { headers: { "accept-encoding": "gzip" } });
    expect((await other.text()).length).toBe(100_000);
  });

  it("that leaves: its encoder is gone, thousands of times", { timeout: 120_000 }, async () => {
    const given = { bytes: 0 };
    await using served = await serveContent(() => createResponse(endless(given), textOf("text/plain")));
    const leave = async () => {
      await using client = await rawClient(served.address);
      await client.write("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
      await client.readUntil("Content-Encoding: gzip");
      await client.readExactly(1000);
      client.reset();
    };
    const round = async () => {
      for (let left = 20; left > 0; left -= 1) await Promise.all(Array.from({ length: 25 }, leave));
      await eventually(() => expect(served.handler.bodies).toBe(0));
      return process.memoryUsage().rss;
    };
    const first = await round();
    await round();
    await round();
    // An encoder that stays takes some 270 KB: a thousand of them would be 270 MB.
    expect((await round()) - first).toBeLessThan(100e6);
  });
});

it("a client that leaves in the middle of its upload takes its decoder along", async () => {
  await using served = await serveContent(async (request) => createResponse(await readBody(request.body)));
  const encoded = zlib.gzipSync(randomBytes(100_000));
  for (let left = 20; left > 0; left -= 1) {
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        await using client = await rawClient(served.address);
        await client.write(
          `POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n`,
        );
        await client.write(encoded.subarray(0, 30_000));
        client.reset();
      }),
    );
  }
  await eventually(() => expect(served.handler.bodies).toBe(0));
});

it("a slow handler stops the client that sends it a body", async () => {
  const wanted = deferred<void>();
  await using served = await serveContent(async (request) => {
    let bytes = 0;
    const { body } = request;
    await new Promise<void>((resolve, reject) => {
      body.pipe({
        write(chunk) {
          bytes += chunk.length;
          void wanted.promise.then(() => body.resume());
          return false;
        },
        end: () => resolve(),
        fail: reject,
      });
    });
    return createResponse(String(bytes));
  });
  await using client = await rawClient(served.address);
  const encoded = zlib.gzipSync(randomBytes(40 * 1024 * 1024), { level: 0 });
  let sent = 0;
  await client.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: ${encoded.length}\r\n\r\n`,
  );
  const sending = (async () => {
    for (; sent < encoded.length; sent += 65_536) await client.write(encoded.subarray(sent, sent + 65_536));
  })();
  let before = -1;
  await eventually(
    () => {
      const unchanged = before === sent && sent > 0;
      before = sent;
      expect(unchanged).toBe(true);
    },
    { intervalMs: 300, timeoutMs: 20_000 },
  );
  expect(sent).toBeLessThan(20 * 1024 * 1024);
  wanted.resolve();
  await sending;
  expect(await client.readUntil(String(40 * 1024 * 1024), { timeoutMs: 30_000 })).toMatch(/^HTTP\/1\.1 200 /);
});

const encodedBody = (source: Body) =>
  new EncodedBody(source, { coding: "gzip", level: 4, flushMs: 20, slots: new CodecSlots(1) });

it("trailers stay, but for digests of the content as it was", async () => {
  const trailers = new Headers({ "X-Sum": "1", "Content-Digest": "x", Digest: "y" });
  const source: Body = {
    ...bodyFrom(undefined),
    length: -1,
    pipe(sink) {
      sink.write(Buffer.from("text"));
      sink.end(trailers);
    },
  };
  const body = encodedBody(source);
  expect(String(zlib.gunzipSync(await readBody(body)))).toBe("text");
  expect([...(body.trailers as Headers)]).toEqual([["X-Sum", "1"]]);
});

it("an upstream that breaks off breaks the response off", async () => {
  async function* breaking() {
    yield Buffer.alloc(100_000, "a");
    throw new Error("gone");
  }
  await using served = await serveContent(() => createResponse(breaking(), textOf("text/plain")));
  const response = await fetch(served.origin, { headers: { "accept-encoding": "gzip" } });
  await expect(response.text()).rejects.toThrow();
  expect(served.errors).toMatchObject([{ message: "gone" }]);
  await eventually(() => expect(served.handler.bodies).toBe(0));
});

it("a body that was cancelled before anybody read it costs nothing", () => {
  let cancelled = 0;
  const cancel = () => {
    cancelled += 1;
  };
  const body = encodedBody({ ...bodyFrom(undefined), length: -1, cancel });
  body.cancel();
  body.cancel();
  expect(cancelled).toBe(1);
});
