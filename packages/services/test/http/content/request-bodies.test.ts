import zlib from "node:zlib";
import { createResponse, type HttpRequest, readBody } from "@monolake/http";
import { type EchoedRequest, eventually, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import type { ContentHandlerOptions } from "../../../src/http/index.ts";
import { everyPath, startGateway } from "../gateway.ts";
import { serveContent } from "./serve-content.ts";

const encoders = {
  gzip: zlib.gzipSync,
  "x-gzip": zlib.gzipSync,
  GZip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
} as const;

/** What the handler sees of a request: its fields, and its content. */
async function seen(encoding: string, body: Buffer, options: ContentHandlerOptions = {}, fields = {}) {
  let headers: Record<string, string> = {};
  await using served = await serveContent(async (request: HttpRequest) => {
    headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
    return createResponse(await readBody(request.body, { maxBytes: 1 << 30 }));
  }, options);
  const response = await fetch(served.origin, {
    method: "POST",
    headers: { "content-encoding": encoding, ...fields },
    body: new Uint8Array(body),
  });
  const content = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers, content, answered: response.headers, errors: served.errors };
}

const short = Buffer.from("a short text, ".repeat(20));
/** Longer than a read, and not the same over and over. */
const long = Buffer.from(Array.from({ length: 200_000 }, (_, at) => `${(at * 7919) % 10_007} `).join(""));

describe("the content of a request is decoded", () => {
  for (const [name, encode] of Object.entries(encoders)) {
    it.each([["short", short] as const, ["long", long] as const])(
      `from ${name}, %s`,
      async (_what, content) => {
        const { status, headers, content: decoded } = await seen(name, encode(content));
        expect(status).toBe(200);
        expect(decoded.equals(content)).toBe(true);
        expect(headers).not.toHaveProperty("content-encoding");
      },
    );
  }

  it.each([["short", short] as const, ["long", long] as const])(
    "from deflate without the zlib format around it, as some send it, %s",
    async (_what, content) => {
      expect((await seen("deflate", zlib.deflateRawSync(content))).content.equals(content)).toBe(true);
    },
  );

  it.each([["short", short] as const, ["long", long] as const])(
    "from several codings, the last one first, and identity is none, %s",
    async (_what, content) => {
      const body = zlib.zstdCompressSync(zlib.brotliCompressSync(zlib.gzipSync(content)));
      expect((await seen("gzip, identity, br, zstd", body)).content.equals(content)).toBe(true);
    },
  );

  it("from several members of gzip", async () => {
    const body = Buffer.concat([zlib.gzipSync("one, "), zlib.gzipSync(""), zlib.gzipSync("two")]);
    expect(String((await seen("gzip", body)).content)).toBe("one, two");
  });

  it("and what was said of the bytes as they were is gone, whether digest or length", async () => {
    const { headers } = await seen(
      "gzip",
      zlib.gzipSync(long),
      {},
      {
        "content-md5": "x",
        digest: "sha-256=x",
        "content-digest": "sha-256=:x:",
        "repr-digest": "sha-256=:x:",
        "content-type": "text/plain",
      },
    );
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(["content-md5"]));
    expect(Object.keys(headers).filter((name) => /digest|length|md5/.test(name))).toEqual([]);
    expect(headers).toMatchObject({ "content-type": "text/plain" });
  });

  it("and an upstream gets a short one with its length, a long one in chunks", async () => {
    await using upstream = await startHttpUpstream();
    await using gateway = await startGateway({ routes: [everyPath([upstream.port])], content: {} });
    const forwarded = async (content: Buffer) => {
      const headers = { "content-encoding": "gzip" };
      const body = new Uint8Array(zlib.gzipSync(content));
      const response = await fetch(`${gateway.origin}/x`, { method: "POST", headers, body });
      return (await response.json()) as EchoedRequest;
    };
    const first = await forwarded(short);
    expect([first.bodyBytes, first.rawHeaders.map((name) => name.toLowerCase())]).toEqual([
      short.length,
      expect.arrayContaining(["content-length", String(short.length)]),
    ]);
    const second = await forwarded(long);
    expect([second.bodyBytes, second.rawHeaders.map((name) => name.toLowerCase())]).toEqual([
      long.length,
      expect.arrayContaining(["transfer-encoding", "chunked"]),
    ]);
  });
});

describe("a request's body stays as it is", () => {
  const body = zlib.gzipSync(short);
  it.each([
    ["where decoding is off", "gzip", { decode: false }, {}],
    ["where the client says no-transform", "gzip", {}, { "cache-control": "max-age=0, No-Transform" }],
    ["without a coding", "identity", {}, {}],
  ])("%s", async (_what, encoding, options, fields) => {
    const { content, headers } = await seen(encoding, body, options, fields);
    expect(content.equals(body)).toBe(true);
    expect(headers).toMatchObject({ "content-encoding": encoding, "content-length": String(body.length) });
  });

  it("where there is none", async () => {
    expect(await seen("gzip", Buffer.alloc(0))).toMatchObject({ status: 200, content: Buffer.alloc(0) });
  });
});

describe("a request is refused", () => {
  it.each(["compress", "gzip, compress", "aes128gcm", "gzip, gzip, gzip, gzip, gzip"])(
    "with 415 and what would be taken, for the coding %s",
    async (encoding) => {
      const { status, answered } = await seen(encoding, short);
      expect(status).toBe(415);
      expect(answered.get("accept-encoding")).toBe("zstd, br, gzip, deflate");
    },
  );

  it("with 415 that does not wait for the body", async () => {
    await using served = await serveContent(() => createResponse("no"));
    await using client = await rawClient(served.address);
    await client.write(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: compress\r\nContent-Length: 9999999\r\n\r\n",
    );
    expect(await client.readUntil("\r\n\r\n")).toMatch(/^HTTP\/1\.1 415 [\s\S]*\r\nConnection: close\r\n/);
  });

  for (const [name, encode] of Object.entries(encoders)) {
    it.each([["short", short] as const, ["long", long] as const])(
      `with 400, for ${name} that is cut short, goes on behind its end, or is something else, %s`,
      async (_what, content) => {
        const encoded = encode(content);
        const changed = Buffer.from(encoded);
        changed.fill(0xaa, 0, 12);
        for (const body of [encoded.subarray(0, -1), Buffer.concat([encoded, short]), changed]) {
          const { status, errors } = await seen(name, body);
          expect(status).toBe(400);
          expect(errors).toMatchObject([{ code: "ERR_CONTENT_DECODING", source: "downstream" }]);
        }
      },
    );
  }

  it("with 400, whose reason the client is not told", async () => {
    const { content } = await seen("gzip", short);
    expect(String(content)).toBe("400 Bad Request\n");
  });

  it("with 400 through an upstream, which never takes a part of it for all", async () => {
    let broken = 0;
    await using upstream = await startHttpUpstream((request) => {
      request.on("error", () => {
        broken += 1;
      });
      request.resume();
    });
    await using gateway = await startGateway({ routes: [everyPath([upstream.port])], content: {} });
    const body = new Uint8Array(zlib.gzipSync(long).subarray(0, -20));
    const headers = { "content-encoding": "gzip" };
    const response = await fetch(`${gateway.origin}/x`, { method: "POST", headers, body });
    expect(response.status).toBe(400);
    await eventually(() => expect(broken).toBe(upstream.requests));
  });
});

describe("a decompression bomb is refused with 413", () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  it.each([
    ["gzip", zlib.gzipSync(zeros)],
    ["deflate", zlib.deflateSync(zeros)],
    ["br", zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } })],
    ["zstd", zlib.zstdCompressSync(zeros)],
    ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(zeros))],
    ["zstd, br, gzip", zlib.gzipSync(zlib.brotliCompressSync(zlib.zstdCompressSync(zeros)))],
  ])("of %s, long before all of it is there", async (encoding, body) => {
    let most = 0;
    await using served = await serveContent(async (request) => {
      request.body.pipe({
        write(chunk) {
          most += chunk.length;
          return true;
        },
        end() {},
        fail() {},
      });
      return createResponse(await new Promise<string>(() => {}));
    });
    await using upstreamless = await serveContent(async (request) =>
      createResponse(await readBody(request.body, { maxBytes: 1 << 30 })),
    );
    const headers = { "content-encoding": encoding };
    const response = await fetch(upstreamless.origin, {
      method: "POST",
      headers,
      body: new Uint8Array(body),
    });
    expect(response.status).toBe(413);
    expect(upstreamless.errors).toMatchObject([
      { code: "ERR_CONTENT_TOO_LARGE", encodedBytes: expect.any(Number) },
    ]);
    void fetch(served.origin, { method: "POST", headers, body: new Uint8Array(body) }).catch(() => {});
    await eventually(() => expect(served.handler.bodies).toBe(0));
    expect(most).toBeLessThanOrEqual(Math.max(1024 * 1024, body.length * 200));
  });

  it("and so is a body that becomes longer than the limit, whatever its ratio", async () => {
    const options = { maxDecodedBytes: 300_000 };
    expect((await seen("gzip", zlib.gzipSync(long), options)).status).toBe(413);
    expect((await seen("gzip", zlib.gzipSync(long.subarray(0, 300_000)), options)).status).toBe(200);
  });

  it("also where all of it comes with the head, and the limit is small", async () => {
    const options = { maxDecodedBytes: 1_000 };
    expect((await seen("gzip", zlib.gzipSync(zeros.subarray(0, 1_001)), options)).status).toBe(413);
    expect(
      (await seen("gzip, br", zlib.brotliCompressSync(zlib.gzipSync(long.subarray(0, 5_000))), options))
        .status,
    ).toBe(413);
    expect((await seen("gzip", zlib.gzipSync(zeros.subarray(0, 1_000)), options)).status).toBe(200);
  });

  it("but what is small may grow by any factor", async () => {
    expect((await seen("gzip", zlib.gzipSync(zeros.subarray(0, 1_000_000)), { maxRatio: 2 })).status).toBe(
      200,
    );
  });
});

it("answers 503 while more bodies are decoded than are allowed, and takes them again later", async () => {
  await using served = await serveContent(
    async (request) => createResponse(String((await readBody(request.body, { maxBytes: 1 << 30 })).length)),
    { maxBodies: 1 },
  );
  await using slow = await rawClient(served.address);
  const encoded = zlib.gzipSync(long);
  await slow.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: ${encoded.length}\r\n\r\n`,
  );
  await slow.write(encoded.subarray(0, 20_000));
  await eventually(() => expect(served.handler.bodies).toBe(1));
  const post = () =>
    fetch(served.origin, {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: new Uint8Array(encoded),
    });
  expect((await post()).status).toBe(503);
  await slow.write(encoded.subarray(20_000));
  await slow.readUntil(String(long.length));
  await eventually(async () => expect((await post()).status).toBe(200));
});
