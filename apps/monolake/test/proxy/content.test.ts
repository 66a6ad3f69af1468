import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:http2";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type EchoedRequest, startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

const text = "some text, ".repeat(1000);

/** What becomes of an encoded upload, and in which coding a text comes back. */
async function through(setting: string) {
  await using upstream = await startHttpUpstream();
  await using pages = await startHttpUpstream((_request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(text);
  });
  const start = (origin: string) => startProxy({ server: `${setting}\n${everythingTo(origin)}` });
  await using uploads = await start(upstream.origin);
  await using downloads = await start(pages.origin);
  const body = new Uint8Array(gzipSync(text));
  const upload = await fetch(uploads.origin, {
    method: "POST",
    headers: { "content-encoding": "gzip" },
    body,
  });
  const download = await fetch(downloads.origin, { headers: { "accept-encoding": "gzip, br" } });
  expect(await download.text()).toBe(text);
  const { bodyBytes } = (await upload.json()) as EchoedRequest;
  return {
    bodyBytes: bodyBytes === body.length ? "encoded" : bodyBytes,
    coding: download.headers.get("content-encoding"),
  };
}

it.each([
  ["", "encoded", null],
  ["http_opt_handlers = {}", "encoded", null],
  ["http_opt_handlers = { content_handler = false }", "encoded", null],
  ["http_opt_handlers = { content_handler = true }", text.length, "br"],
  ['http_opt_handlers = { content_handler = { decode = false, encode = ["gzip"] } }', "encoded", "gzip"],
  ["http_opt_handlers = { content_handler = { encode = [] } }", text.length, null],
  ['http_opt_handlers.content_handler = { types = ["text/html"] }', text.length, null],
])("%s: an upload arrives with %s bytes, a text is sent as %s", async (setting, bodyBytes, coding) => {
  expect(await through(setting)).toEqual({ bodyBytes, coding });
});

it("answers a decompression bomb with 413, and says why in the log", async () => {
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({
    server: `http_opt_handlers = { content_handler = true }\n${everythingTo(upstream.origin)}`,
  });
  const body = new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  const response = await fetch(proxy.origin, {
    method: "POST",
    headers: { "content-encoding": "gzip" },
    body,
  });
  expect([response.status, await response.text()]).toEqual([413, "413 Payload Too Large\n"]);
  expect(proxy.log).toContainEqual(expect.objectContaining({ level: 20, code: "ERR_CONTENT_TOO_LARGE" }));
});

it("does the same over HTTP/2", async () => {
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({
    server: `http_opt_handlers = { content_handler = true }\n${everythingTo(upstream.origin)}`,
  });
  const client = connect(proxy.origin);
  try {
    const request = client.request({
      ":method": "POST",
      "content-encoding": "zstd",
      "accept-encoding": "br",
    });
    request.end(zstdCompressSync(Buffer.from(randomBytes(400_000).toString("hex"))));
    const [headers] = (await once(request, "response")) as [Record<string, string>];
    const chunks = (await request.toArray()) as Buffer[];
    const echoed = Buffer.concat(chunks);
    // What the upstream answers is shorter than what is worth encoding.
    expect([headers[":status"], headers["content-encoding"]]).toEqual([200, undefined]);
    expect((JSON.parse(String(echoed)) as EchoedRequest).bodyBytes).toBe(800_000);
  } finally {
    client.destroy();
  }
});
