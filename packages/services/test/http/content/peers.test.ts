import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { createResponse, readBody } from "@monolake/http";
import { rawClient, skipWithout, startNginx, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everyPath, startGateway } from "../gateway.ts";
import { serveContent } from "./serve-content.ts";

const run = promisify(execFile);
const text = Array.from({ length: 30_000 }, (_, at) => `line ${(at * 7919) % 1000}\n`).join("");
const serveText = () =>
  serveContent(() => createResponse(text, { headers: { "Content-Type": "text/plain" } }));

for (const coding of ["gzip", "deflate", "br", "zstd"]) {
  it(`curl --compressed reads ${coding}`, async (test) => {
    skipWithout(test, "curl");
    const { stdout: version } = await run("curl", ["--version"]);
    const feature = { gzip: "libz", deflate: "libz", br: "brotli", zstd: "zstd" }[coding] as string;
    if (!version.includes(feature)) test.skip(`needs a curl with ${feature}`);
    await using served = await serveText();
    const asked = ["-s", "-D", "-", "--compressed", "-H", `Accept-Encoding: ${coding}`, served.origin];
    const { stdout } = await run("curl", asked, { maxBuffer: 1 << 24 });
    expect(stdout).toContain(`Content-Encoding: ${coding}\r\n`);
    expect(stdout.endsWith(text)).toBe(true);
  });

  it(`node's fetch reads ${coding}`, async () => {
    await using served = await serveText();
    const response = await fetch(served.origin, { headers: { "accept-encoding": coding } });
    expect(response.headers.get("content-encoding")).toBe(coding);
    expect(await response.text()).toBe(text);
  });
}

it("reads what the gzip program wrote and curl sends", async (test) => {
  skipWithout(test, "curl", "gzip");
  await using folder = await temporaryFolder();
  const file = await folder.write("text", text);
  await run("gzip", ["-9", file]);
  await using served = await serveContent(async (request) => createResponse(await readBody(request.body)));
  const upload = ["-s", "-H", "Content-Encoding: gzip", "--data-binary", `@${file}.gz`, served.origin];
  expect((await run("curl", upload, { maxBuffer: 1 << 24 })).stdout).toBe(text);
});

it("leaves what nginx has encoded as it is, and encodes what nginx has not", async (test) => {
  skipWithout(test, "nginx");
  await using nginx = await startNginx(
    ({ port, folder }) => `server {
      listen 127.0.0.1:${port};
      root ${folder};
      default_type text/plain;
      location /encoded/ { gzip on; gzip_types text/plain; gzip_min_length 1; gzip_proxied any; alias ${folder}/; }
    }`,
  );
  await writeFile(`${nginx.folder}/text`, text);
  await using gateway = await startGateway({ routes: [everyPath([nginx.port])], content: {} });
  const asked = async (path: string, coding: string) => {
    await using client = await rawClient(gateway.address);
    await client.write(`GET ${path} HTTP/1.0\r\nAccept-Encoding: ${coding}\r\n\r\n`);
    const [head = "", ...rest] = (await client.readToEnd()).split("\r\n\r\n");
    return { head, content: Buffer.from(rest.join("\r\n\r\n"), "latin1") };
  };
  const once = await asked("/encoded/text", "gzip, br");
  expect(once.head).toContain("Content-Encoding: gzip");
  expect(String(zlib.gunzipSync(once.content))).toBe(text);
  const ours = await asked("/text", "br");
  expect(ours.head).toMatch(/Content-Encoding: br/);
  expect(ours.head).toMatch(/ETag: W\/"/);
  expect(ours.head).not.toMatch(/Accept-Ranges/);
  expect(String(zlib.brotliDecompressSync(ours.content))).toBe(text);
});

it("nginx in front decodes for clients that do not take gzip (gunzip)", async (test) => {
  skipWithout(test, "nginx");
  await using served = await serveText();
  await using nginx = await startNginx(
    ({ port }) => `server {
      listen 127.0.0.1:${port};
      gunzip on;
      location / { proxy_pass ${served.origin}; proxy_http_version 1.1; proxy_set_header Accept-Encoding gzip; }
    }`,
  );
  const response = await fetch(nginx.origin, { headers: { "accept-encoding": "identity" } });
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(await response.text()).toBe(text);
});
