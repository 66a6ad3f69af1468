import { readFile } from "node:fs/promises";
import { eventually, freePort, startHttpUpstream, startRawServer, temporaryFolder } from "@monolake/test-kit";
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

it("says which request was not answered whole", async () => {
  await using upstream = await startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    connection.end();
  });
  await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${upstream.port}`) });
  await expect(fetch(`${proxy.origin}/a?secret`).then((response) => response.text())).rejects.toThrow();
  const broken = ({ msg }: Record<string, unknown>) => msg === "a request was not answered whole";
  const record = await eventually(() => proxy.log.find(broken) ?? false);
  expect(record).toMatchObject({ level: 40, server: "test", method: "GET", target: "/a" });
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
