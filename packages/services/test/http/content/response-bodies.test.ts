import zlib from "node:zlib";
import { createResponse, type HttpRequest } from "@monolake/http";
import { chainOf } from "@monolake/service-async";
import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { ContentHandler, type ContentHandlerOptions } from "../../../src/http/index.ts";
import { everyPath, gatewayFactory } from "../gateway.ts";
import { serveContent } from "./serve-content.ts";

const decoders = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
} as const;
const short = Buffer.from("a short text, ".repeat(100));
const long = Buffer.from(Array.from({ length: 200_000 }, (_, at) => `${(at * 7919) % 10_007} `).join(""));

interface Answer {
  readonly body?: Buffer | readonly Buffer[];
  readonly status?: number;
  readonly fields?: Readonly<Record<string, string>>;
  readonly options?: ContentHandlerOptions;
  readonly method?: string;
  readonly asked?: string;
}

/** The head, and the content as it was sent, of one answer; the client asks for gzip. */
async function answered({ body = short, status, fields, options, method = "GET", asked }: Answer) {
  const headers = { "Content-Type": "text/plain", ...fields };
  await using served = await serveContent(
    (_request: HttpRequest) =>
      createResponse(body as Buffer, { ...(status !== undefined && { status }), headers }),
    options,
  );
  await using client = await rawClient(served.address);
  await client.write(`${method} / HTTP/1.0\r\n${asked ?? "Accept-Encoding: gzip\r\n"}\r\n`);
  const [head = "", ...rest] = (await client.readToEnd()).split("\r\n\r\n");
  return { head: `${head}\r\n`, content: Buffer.from(rest.join("\r\n\r\n"), "latin1"), served };
}

describe("the content of a response is encoded", () => {
  for (const [coding, decode] of Object.entries(decoders)) {
    it.each([
      ["short", short],
      ["long", long],
      ["in parts", [short, long, short]],
      ["in no parts", []],
    ] as const)(`with ${coding}, %s`, async (_what, body) => {
      const { head, content } = await answered({ body, asked: `Accept-Encoding: ${coding}\r\n` });
      expect(head).toContain(`\r\nContent-Encoding: ${coding}\r\n`);
      expect(head).toContain("\r\nVary: Accept-Encoding\r\n");
      expect(decode(content).equals(Buffer.concat([body].flat()))).toBe(true);
    });
  }

  it("with its new length where that is known, and without the old one", async () => {
    const { head, content } = await answered({ fields: { "Content-Length": String(short.length) } });
    expect(head.match(/Content-Length: \d+/gi)).toEqual([`Content-Length: ${content.length}`]);
    expect(content.length).toBeLessThan(short.length);
    const { head: longHead } = await answered({
      body: long,
      fields: { "Content-Length": String(long.length) },
    });
    expect(longHead).not.toMatch(/Content-Length/i);
  });

  it("and the head says nothing that holds only for the content as it was", async () => {
    const { head } = await answered({
      fields: {
        ETag: '"abc"',
        "Accept-Ranges": "bytes",
        "Content-MD5": "x",
        Digest: "x",
        "Content-Digest": "x",
        "Repr-Digest": "x",
        "Last-Modified": "Thu, 26 Nov 2026 15:03:49 GMT",
        Vary: "Cookie",
      },
    });
    expect(head).not.toMatch(/digest|md5|accept-ranges/i);
    expect(head).toContain('\r\nETag: W/"abc"\r\n');
    expect(head).toContain("\r\nLast-Modified: ");
    expect(head).toMatch(/Vary: Cookie\r\n[\s\S]*Vary: Accept-Encoding\r\n/);
  });

  it.each(['W/"abc"', "unquoted"])("an ETag that is weak already stays: %s", async (etag) => {
    expect((await answered({ fields: { ETag: etag } })).head).toContain(`\r\nETag: ${etag}\r\n`);
  });

  it.each(["*", "accept-encoding", "Cookie, Accept-Encoding"])(
    "Vary that says it already stays: %s",
    async (vary) => {
      expect((await answered({ fields: { Vary: vary } })).head.match(/Vary: .*/g)).toEqual([`Vary: ${vary}`]);
    },
  );

  it("at the level that is asked for", async () => {
    const html = Buffer.from(
      Array.from(
        { length: 9_000 },
        (_, at) => `<li id="${at}">item ${at % 97}</li>
`,
      ).join(""),
    );
    const lengthAt = async (gzip: number) =>
      (await answered({ body: html, options: { levels: { gzip } } })).content.length;
    expect(await lengthAt(9)).toBeLessThan(await lengthAt(1));
    await expect(answered({ options: { levels: { gzip: 10 } } })).rejects.toThrow(
      "expected a level of gzip from 1 to 9, found 10",
    );
  });

  it("whatever it is, for a client that takes nothing as it is", async () => {
    const asked = "Accept-Encoding: identity;q=0, gzip\r\n";
    const image = await answered({
      asked,
      body: Buffer.from("png"),
      fields: { "Content-Type": "image/png" },
    });
    expect(String(zlib.gunzipSync(image.content))).toBe("png");
    // Else a cache would have this for everybody, because of one who asked for it.
    expect(image.head).toContain("\r\nVary: Accept-Encoding");
  });

  it.each([
    ["text/html; charset=utf-8", true],
    ["TEXT/HTML", true],
    ["application/problem+json", true],
    ["image/svg+xml;a=b", true],
    ["application/jsonp", false],
    ["image/png", false],
    ["application/octet-stream", false],
    ["xtext/plain", false],
    ["", false],
  ])("by its type: %s", async (type, encoded) => {
    expect((await answered({ fields: { "Content-Type": type } })).head.includes("Content-Encoding")).toBe(
      encoded,
    );
  });

  it.each([
    ["image/png", ["image/*"], true],
    ["text/plain", ["image/*"], false],
    ["application/a.b", ["application/a.b"], true],
    ["application/aXb", ["application/a.b"], false],
    ["x/y", ["*/*"], true],
    ["x/y", [], false],
  ])("by types of one's own: %s of %j", async (type, types, encoded) => {
    const { head } = await answered({ fields: { "Content-Type": type }, options: { types } });
    expect(head.includes("Content-Encoding")).toBe(encoded);
  });
});

it("a gateway whose configuration has no content handler has no such layer, which would cost something", async () => {
  const layers = async (content?: ContentHandlerOptions) =>
    chainOf(await gatewayFactory({ routes: [everyPath([1])], ...(content && { content }) }).make()).filter(
      (service) => service instanceof ContentHandler,
    );
  expect(await layers()).toHaveLength(0);
  expect(await layers({})).toHaveLength(1);
});

describe("a response stays as it is", () => {
  it.each<[string, Answer]>([
    ["that is encoded already", { fields: { "Content-Encoding": "br" } }],
    ["whose sender says no-transform", { fields: { "Cache-Control": "public, no-transform" } }],
    ["whose client says no-transform", { asked: "Accept-Encoding: gzip\r\nCache-Control: no-transform\r\n" }],
    ["that is a part", { status: 206, fields: { "Content-Range": "bytes 0-9/100" } }],
    ["that says it is a part", { fields: { "Content-Range": "bytes 0-9/100" } }],
    ["that is short", { options: { minBytes: short.length + 1 } }],
    ["where no coding is offered", { options: { encode: [] } }],
    ["whose client asks for nothing", { asked: "" }],
    ["whose client prefers it so", { asked: "Accept-Encoding: identity, gzip;q=0.5\r\n" }],
    ["whose client takes none that is offered", { asked: "Accept-Encoding: identity;q=0, compress\r\n" }],
    [
      "that is long, while as many bodies as are allowed are encoded",
      { body: long, options: { maxBodies: 0 } },
    ],
  ])("%s", async (_what, answer) => {
    const { head, content } = await answered({ ...answer, fields: { ETag: '"abc"', ...answer.fields } });
    expect(content.equals((answer.body as Buffer | undefined) ?? short)).toBe(true);
    expect(head).toContain('\r\nETag: "abc"\r\n');
    expect(head.match(/Content-Encoding: .*/g)).toEqual(
      answer.fields?.["Content-Encoding"] ? ["Content-Encoding: br"] : null,
    );
  });

  it.each<[string, Answer]>([
    ["204", { status: 204 }],
    ["205", { status: 205 }],
    ["304", { status: 304 }],
  ])("that has no content: %s", async (_what, answer) => {
    const { head } = await answered({ ...answer, fields: { ETag: '"abc"', ...answer.fields } });
    expect(head).not.toMatch(/Content-Encoding|Vary|W\//);
  });

  it("but caches hear that it could have been otherwise", async () => {
    expect((await answered({ asked: "" })).head).toContain("\r\nVary: Accept-Encoding\r\n");
    expect((await answered({ asked: "", fields: { "Content-Type": "image/png" } })).head).not.toContain(
      "Vary",
    );
  });
});

describe("the head without the content", () => {
  const upstream = { fields: { ETag: '"abc"', "Content-Length": "1400" }, body: Buffer.alloc(0) };

  it.each([
    ["an upstream", upstream],
    ["a handler, with its content", { fields: { ETag: '"abc"' } }],
  ])("says to HEAD what it says to GET, but for the length, in the answer of %s", async (_, answer) => {
    const { head, content } = await answered({ ...answer, method: "HEAD" });
    expect(content).toHaveLength(0);
    expect(head).toContain("\r\nContent-Encoding: gzip\r\n");
    expect(head).toContain("\r\nVary: Accept-Encoding\r\n");
    expect(head).toContain('\r\nETag: W/"abc"\r\n');
    expect(head).not.toMatch(/Content-Length/i);
  });

  it.each<[string, Answer]>([
    ["takes no coding", { asked: "" }],
    ["asks for what is short", { fields: { "Content-Length": "900" } }],
    ["asks for what is empty", { fields: { "Content-Length": "0" } }],
    ["asks for what is encoded", { fields: { "Content-Length": "1400", "Content-Encoding": "br" } }],
    ["asks for another type", { fields: { "Content-Length": "1400", "Content-Type": "image/png" } }],
  ])("has the length to HEAD where GET would have it: who asks %s", async (_, answer) => {
    const { head } = await answered({
      ...upstream,
      ...answer,
      fields: { ...upstream.fields, ...answer.fields },
      method: "HEAD",
    });
    expect(head).toMatch(/\r\nContent-Length: \d+\r\n/);
    expect(head).toContain('\r\nETag: "abc"\r\n');
    expect(head).not.toContain("Content-Encoding: gzip");
  });

  it("has no length in a 304 that is about content that may have been encoded (RFC 9110 section 8.6)", async () => {
    expect((await answered({ ...upstream, status: 304 })).head).not.toMatch(/Content-Length/i);
    expect((await answered({ ...upstream, status: 304, asked: "" })).head).toContain("Content-Length: 1400");
  });
});
