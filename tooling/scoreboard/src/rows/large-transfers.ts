import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { type HttpUpstream, startHttpUpstream, startNginx } from "@monolake/test-kit";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure, holds } from "../row.ts";

const gibibyte = 1024 ** 3;
const maxGrowthMebibytes = 64;

/**
 * A folder served by nginx, fetched whole through two workers; 1 GiB down from nginx and 1 GiB up to a node:http server, each
 * with its SHA-256 compared, while the proxy's memory is watched.
 */
export async function largeTransfers(): Promise<readonly Figure[]> {
  await using nginx = await startNginx(
    ({ port, folder }) => `server { listen 127.0.0.1:${port}; root ${folder}/files; autoindex on; }`,
  );
  await using upstream = await startHttpUpstream();
  const files = `${nginx.folder}/files`;
  const expected = await fillFolder(files);
  await using proxy = await startProxyProcess({
    servers: (port) => `${httpServer(port, [nginx.port])}
[[servers.web.routes]]
path = "/upload"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstream.port}/upload" } }]
`,
  });
  const folder = await fetchFolder(proxy, files, expected.small);
  const down = await watched(proxy, () => downloadHash(`${proxy.origin}/large`));
  const up = await watched(proxy, () => uploadHash(proxy, upstream, `${files}/large`));
  return [
    holds(
      "folder-of-nginx-files-equal",
      folder === expected.small.size,
      `${expected.small.size} files equal`,
    ),
    holds("download-1-gib-sha256-equal", down.result === expected.large, expected.large),
    atMost("download-1-gib-rss-growth", down.growthMebibytes, maxGrowthMebibytes, "MiB"),
    holds("upload-1-gib-sha256-equal", up.result === expected.large, expected.large),
    atMost("upload-1-gib-rss-growth", up.growthMebibytes, maxGrowthMebibytes, "MiB"),
  ];
}

interface Filled {
  readonly large: string;
  readonly small: ReadonlyMap<string, string>;
}

async function fillFolder(folder: string): Promise<Filled> {
  await mkdir(folder, { recursive: true });
  const small = new Map<string, string>();
  for (let index = 0; index < 200; index += 1) {
    const content = Buffer.alloc(index * 997, `file ${index} `);
    await writeFile(`${folder}/small-${index}.txt`, content);
    small.set(`small-${index}.txt`, createHash("sha256").update(content).digest("hex"));
  }
  const hash = createHash("sha256");
  const file = await open(`${folder}/large`, "w");
  const block = Buffer.alloc(1024 * 1024);
  for (let written = 0; written < gibibyte; written += block.length) {
    block.fill(`${written} `);
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  return { large: hash.digest("hex"), small };
}

/** How many files came through unchanged, eight at a time. */
async function fetchFolder(
  proxy: ProxyProcess,
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<number> {
  const names = (await readdir(folder)).filter((name) => expected.has(name));
  let equal = 0;
  const work = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      if ((await downloadHash(`${proxy.origin}/${name}`)) === expected.get(name)) equal += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return equal;
}

async function downloadHash(url: string): Promise<string> {
  const hash = createHash("sha256");
  const response = await fetch(url);
  for await (const chunk of response.body ?? []) hash.update(chunk);
  return hash.digest("hex");
}

function uploadHash(proxy: ProxyProcess, upstream: HttpUpstream, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = request(`${proxy.origin}/upload`, { method: "PUT" }, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      if (response.statusCode !== 200) return reject(new Error(`${response.statusCode} ${text}`));
      const { bodyBytes, bodySha256 } = JSON.parse(text);
      if (bodyBytes !== gibibyte) return reject(new Error(`${bodyBytes} bytes reached ${upstream.origin}`));
      resolve(bodySha256);
    });
    upload.on("error", reject);
    createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(upload);
  });
}

/** Runs something and says by how much the proxy's memory grew at most meanwhile. */
async function watched<Result>(
  proxy: ProxyProcess,
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly growthMebibytes: number }> {
  const before = proxy.residentBytes();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, proxy.residentBytes());
  }, 20);
  try {
    const result = await run();
    return { result, growthMebibytes: (highest - before) / 1024 / 1024 };
  } finally {
    clearInterval(timer);
  }
}
