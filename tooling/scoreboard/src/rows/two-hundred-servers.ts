import { freePort, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure, holds } from "../row.ts";

const servers = 200;
const workers = 2;
const mebibyte = 1024 * 1024;

/** Two hundred HTTP servers in one file: how long a start and a reload take, what they weigh, and that the others stay. */
export async function twoHundredServers(): Promise<readonly Figure[]> {
  await using upstream = await startHttpUpstream((_request, response) => response.end("served"));
  const others = new Set<number>();
  while (others.size < servers - 1) others.add(await freePort());
  const ports = [...others];
  const textOf = (port: number, more = "") =>
    [port, ...ports]
      .map((each, index) =>
        httpServer(each, [upstream.port], index === 0 ? more : "debug = true").replaceAll(
          "web",
          `web${index}`,
        ),
      )
      .join("\n");
  const single = await residentOfOne(upstream.port);
  const startMs = performance.now();
  await using proxy = await startProxyProcess({ servers: (port) => textOf(port), workers });
  await proxy.program.waitForOutput(/"msg":"ready"/, { timeoutMs: 60_000 });
  const startTookMs = performance.now() - startMs;
  const weight = (proxy.residentBytes() - single) / workers / mebibyte;
  await using kept = await rawClient({ host: "127.0.0.1", port: ports[0] as number });
  const ask = async () => {
    await kept.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const head = await kept.readUntil("\r\n\r\n");
    await kept.readUntil("served");
    return /x-monolake-config-version: (\d+)/i.exec(head)?.[1];
  };
  const before = await ask();
  const reloadTookMs = await reload(proxy, textOf(proxy.port, "debug = true"));
  const unchanged = /"unchanged":(\d+),"msg":"configuration applied"/.exec(
    proxy.program.stdout.split('"version":2').at(1) ?? "",
  );
  return [
    atMost("two-hundred-servers-start", Math.round(startTookMs), 10_000, "ms"),
    atMost("two-hundred-servers-reload-of-one", Math.round(reloadTookMs), 1_000, "ms"),
    atMost("two-hundred-servers-memory-per-worker", weight, 64, "MiB"),
    holds("two-hundred-servers-others-untouched", unchanged?.[1] === String(servers - 1), "199 unchanged"),
    holds(
      "two-hundred-servers-connection-of-another-stays",
      before === "1" && (await ask()) === "1",
      "as before",
    ),
  ];
}

async function residentOfOne(upstreamPort: number): Promise<number> {
  await using proxy = await startProxyProcess({
    servers: (port) => httpServer(port, [upstreamPort]),
    workers,
  });
  return proxy.residentBytes();
}

async function reload(proxy: ProxyProcess, text: string): Promise<number> {
  const startMs = performance.now();
  await proxy.configure(text);
  await proxy.program.waitForOutput(/"version":2,[^\n]*"msg":"configuration applied"/);
  return performance.now() - startMs;
}
