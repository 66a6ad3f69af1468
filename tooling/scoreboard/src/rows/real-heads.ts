import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { HttpCore, headCounts } from "@monolake/http";
import { HttpClient, type HttpTarget } from "@monolake/http-client";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream } from "@monolake/streams";
import { eventually, findProgram, startNginx, startProgram, temporaryFolder } from "@monolake/test-kit";
import { atLeast, type Figure } from "../row.ts";

const goalPercent = 99;
/** Fewer heads than this would say nothing about a program. */
const leastHeads = 3;

/** Which heads take the fast path, of those that real programs send through a gateway to nginx: request and response heads counted. */
export async function realHeads(): Promise<readonly Figure[]> {
  await using nginx = await startNginx(
    ({ port, folder }) => `server { listen 127.0.0.1:${port}; root ${folder}; }`,
  );
  await writeFile(`${nginx.folder}/index.html`, page);
  await mkdir(`${nginx.folder}/images`, { recursive: true });
  await using gateway = await startGateway(nginx.port);
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(programs)) {
    const before = { ...headCounts };
    await run(`http://127.0.0.1:${gateway.port}/`);
    figures.push(...share(name, before));
  }
  return figures;
}

const page = `<!doctype html><title>t</title><link rel="icon" href="/i.ico"><script src="/a.js"></script>
<img src="/images/1.png"><form method="post" action="/form"><input name="a" value="1"></form>
<script>fetch("/api?x=1", { method: "POST", body: JSON.stringify({ a: 1 }) }).then(() => document.forms[0].submit())</script>`;

type Counts = { -readonly [name in keyof typeof headCounts]: number };

function share(name: string, before: Counts): Figure[] {
  const of = (fast: keyof Counts, others: readonly (keyof Counts)[]) => {
    const fastHeads = headCounts[fast] - before[fast];
    const all = others.reduce((sum, other) => sum + headCounts[other] - before[other], fastHeads);
    if (all < leastHeads) throw new Error(`${name} sent only ${all} heads`);
    return (100 * fastHeads) / all;
  };
  return [
    atLeast(
      `fast-path-requests-${name}`,
      of("fastRequests", ["llhttpRequests", "refusedRequests"]),
      goalPercent,
      "%",
    ),
    atLeast(
      `fast-path-responses-${name}`,
      of("fastResponses", ["llhttpResponses", "refusedResponses"]),
      goalPercent,
      "%",
    ),
  ];
}

/** Programs that send requests to an origin, each to its end. */
const programs: Readonly<Record<string, (origin: string) => Promise<void>>> = {
  curl: async (origin) => {
    await finished("curl", ["-s", origin, `${origin}x?y=1`, `${origin}%7Eu`]);
    await finished("curl", ["-s", "-d", "a=1", "-H", "X-A: b", origin]);
    await finished("curl", ["-s", "-I", "--compressed", "-b", "c=1", "-u", "user:word", "-r", "0-9", origin]);
    await finished("curl", ["-s", "-0", "-F", "file=content", origin]);
  },
  chromium: async (origin) => {
    await using profile = await temporaryFolder();
    const before = headCounts.fastRequests + headCounts.llhttpRequests;
    await using _browser = await startProgram("chromium", [
      ...chromiumOptions,
      `--user-data-dir=${profile.path}`,
      origin,
    ]);
    // The page, its script, image and icon, a call, and the form.
    await eventually(() => headCounts.fastRequests + headCounts.llhttpRequests >= before + 5, {
      timeoutMs: 20_000,
    });
  },
  wrk: (origin) => finished("wrk", ["-t1", "-c16", "-d1s", origin]),
  fetch: async (origin) => {
    for (const method of ["GET", "POST", "PUT", "DELETE"]) {
      const body = method === "POST" || method === "PUT" ? { body: "content" } : {};
      await (await fetch(`${origin}path?query=1`, { method, ...body })).arrayBuffer();
    }
  },
};

/** Headless, and quiet towards the outside. */
const chromiumOptions = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function finished(program: string, options: readonly string[]): Promise<void> {
  if (findProgram(program) === undefined) throw new Error(`needs ${program}, not installed on this machine`);
  await using running = await startProgram(program, options);
  const { code } = await running.exited;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${running.stderr.slice(-500)}`);
}

/** A gateway in this process, so that its counts can be read. */
async function startGateway(upstreamPort: number): Promise<AsyncDisposable & { readonly port: number }> {
  const client = new HttpClient();
  const target: HttpTarget = {
    key: "nginx",
    address: { type: "socket", host: "127.0.0.1", port: upstreamPort },
  };
  const core = new HttpCore<BaseContext>({
    call: (request, context) => {
      request.headers.delete("connection");
      return client.request(target, request, context.cancellation);
    },
  });
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    void core.call(acceptedStream(socket), new BaseContext());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await client.close();
    },
  };
}
