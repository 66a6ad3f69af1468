import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { createTextSource } from "@monolake/config";
import { eventually, freePort, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { runProxy } from "../../src/run/run-proxy.ts";
import { everythingTo, startProxy } from "./start-proxy.ts";
import { writeCertificate } from "./tls-files.ts";

const pages = `
export default {
  name: "pages",
  async fetch(request, { context }) {
    const { pathname } = new URL(request.url);
    const client = context.clientAddress ?? context.remoteAddress ?? context.peerAddress;
    return Response.json({ page: this.name, pathname, client: client.host, body: await request.text() });
  },
};`;

const moduleRoute = (path: string, file: string, more = ""): string => `
[[servers.test.routes]]
path = "${path}"
module = "${file}"
${more}`;

describe("a route with a module", () => {
  it("is answered by its handler, beside routes that are sent on", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("pages.mjs", pages);
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `${moduleRoute("/pages/{*rest}", file)}${everythingTo(upstream.origin)}`,
      workers: 2,
    });
    const own = await fetch(`${proxy.origin}/pages/a?b`, { method: "POST", body: "posted" });
    expect(await own.json()).toEqual({
      page: "pages",
      pathname: "/pages/a",
      client: "127.0.0.1",
      body: "posted",
    });
    expect(upstream.requests).toBe(0);
    expect(await (await fetch(`${proxy.origin}/other`)).json()).toMatchObject({ url: "/other" });
  });

  it("is encoded by the content handler, as what upstreams answer", async () => {
    await using folder = await temporaryFolder();
    const source =
      'export default () => new Response("page ".repeat(1000), { headers: { "Content-Type": "text/plain" } });';
    const file = await folder.write("pages.mjs", source);
    await using proxy = await startProxy({
      server: `http_opt_handlers = { content_handler = true }${moduleRoute("/{*rest}", file)}`,
    });
    const response = await fetch(`${proxy.origin}/a`, { headers: { "Accept-Encoding": "gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(await response.text()).toBe("page ".repeat(1000));
  });

  it("sees the path without the prefix that the route strips", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write(
      "pages.mjs",
      "export default ({ url }) => new Response(new URL(url).pathname);",
    );
    await using proxy = await startProxy({
      server: moduleRoute("/pages/{*rest}", file, 'path_mode = "strip_prefix"'),
    });
    expect(await (await fetch(`${proxy.origin}/pages/a`)).text()).toBe("/a");
  });

  it("sees the scheme that its client used", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "own");
    const file = await folder.write("pages.mjs", "export default ({ url }) => new Response(url);");
    await using proxy = await startProxy({
      server: `tls = { chain = "${folder.file("own.crt")}", key = "${folder.file("own.key")}" }
${moduleRoute("/{*rest}", file)}`,
    });
    const socket = connect({ port: proxy.port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.write("GET /a HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
    expect(await text(socket)).toContain("https://site.test/a");
  });

  it("whose handler throws is answered with 500, and the log says why", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("fault.mjs", 'export default () => { throw new Error("inside"); };');
    await using proxy = await startProxy({ server: moduleRoute("/{*path}", file) });
    const response = await fetch(`${proxy.origin}/a`);
    expect([response.status, await response.text()]).toEqual([500, "500 Internal Server Error\n"]);
    const failures = () => proxy.log.filter(({ msg }) => msg === "a request failed");
    await eventually(() => failures().length === 1);
    expect(failures()).toMatchObject([{ level: 50, server: "test", err: { message: "inside" } }]);
  });

  it.each([
    ["is missing", undefined, /no fetch handler in .*handler\.mjs: Cannot find module '[^']*handler\.mjs'$/],
    [
      "imports what is missing",
      "import 'no-such';",
      /: Cannot find package 'no-such' imported from .*handler\.mjs$/,
    ],
    ["does not run", "throw new Error('broken');", /no fetch handler in .*: broken/],
    ["has no handler", "export const fetch = 1;", /no fetch handler in .*: expected a default export/],
  ])("whose module %s keeps the proxy from starting", async (_what, text, reason) => {
    await using folder = await temporaryFolder();
    const file = `${folder.path}/handler.mjs`;
    if (text !== undefined) await folder.write("handler.mjs", text);
    const config = `[runtime]
worker_threads = 1
[servers.test]
name = "test"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${await freePort()}" }
${moduleRoute("/{*path}", file)}`;
    const started = runProxy(createTextSource(config, "test.toml"), {
      logger: pino({ level: "silent" }),
      logLevel: "fatal",
      graceMs: 0,
    });
    await expect(started).rejects.toThrow(reason);
  });
});
