import { readFile } from "node:fs/promises";
import { eventually, freePort, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

it("logs requests when it is told to", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  await using upstream = await startHttpUpstream((_request, response) => response.end("hello"));
  await using proxy = await startProxy({
    server: `access_log = { path = "${path}", format = "$server $config_version $method $target $status $upstream_addr", flush_ms = 1, query = false }
${everythingTo(upstream.origin)}`,
    workers: 2,
  });
  await (await fetch(`${proxy.origin}/a?secret`)).text();
  const line = `test 1 GET /a 200 127.0.0.1:${upstream.port}\n`;
  expect(await eventually(async () => (await readFile(path, "utf8")) || false)).toBe(line);
});

it("keeps queries out of the log of failures", async () => {
  await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${await freePort()}`) });
  expect((await fetch(`${proxy.origin}/a?secret`)).status).toBe(502);
  const failed = ({ msg }: Record<string, unknown>) => msg === "an upstream did not answer a request";
  expect(await eventually(() => proxy.log.find(failed) ?? false)).toMatchObject({
    method: "GET",
    target: "/a",
  });
});

it("says which access log it cannot open, and does not start", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("missing/access.log");
  const started = startProxy({
    server: `access_log = { path = "${path}" }\n${everythingTo("http://127.0.0.1:1")}`,
  });
  await expect(started).rejects.toThrow(`access log ${path} cannot be opened`);
});

it("writes what waits when it stops", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  await using upstream = await startHttpUpstream((_request, response) => response.end("hello"));
  const proxy = await startProxy({
    server: `access_log = { path = "${path}", format = "$status", flush_ms = 60000 }
${everythingTo(upstream.origin)}`,
  });
  await (await fetch(`${proxy.origin}/`, { headers: { Connection: "close" } })).text();
  await proxy.proxy.close();
  expect(await readFile(path, "utf8")).toBe("200\n");
});
