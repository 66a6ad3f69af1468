import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort, type RunningProgram, startProgram, temporaryFolder } from "@monolake/test-kit";

const main = fileURLToPath(new URL("../../../apps/monolake/src/main.ts", import.meta.url));

/** The proxy in a process of its own, as users run it. */
export interface ProxyProcess extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  readonly program: RunningProgram;
  /** Memory of the whole process that is in RAM now. */
  readonly residentBytes: () => number;
  /** Changes the configuration file. */
  readonly configure: (servers: string) => Promise<void>;
}

/** What a proxy process serves. */
export interface ProxyProcessOptions {
  /** Tables of the configuration behind `[runtime]`, for a port. */
  readonly servers: (port: number) => string;
  readonly workers?: number;
  readonly logLevel?: string;
  /** For Node.js, in front of the proxy's own. */
  readonly nodeArguments?: readonly string[];
}

/** Starts the proxy from sources and waits until it serves. */
export async function startProxyProcess(options: ProxyProcessOptions): Promise<ProxyProcess> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const port = await freePort();
  const text = (servers: string) => `[runtime]\nworker_threads = ${options.workers ?? 2}\n${servers}`;
  const file = await folder.write("monolake.toml", text(options.servers(port)));
  const program = cleanup.use(
    await startProgram(
      process.execPath,
      [
        ...(options.nodeArguments ?? []),
        ...["--conditions=@monolake/source", main],
        ...["--config", file, "--log-level", options.logLevel ?? "info"],
      ],
      { readyPattern: /"msg":"serving"/ },
    ),
  );
  const owned = cleanup.move();
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    program,
    residentBytes: () => residentBytes(program.pid),
    configure: async (servers) => {
      await folder.write("monolake.toml", text(servers));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Memory of a process that is in RAM (Linux). */
function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** One HTTP server whose every path goes to some upstreams; `perUpstream` is more of each upstream's table. */
export const httpServer = (
  port: number,
  upstreamPorts: readonly number[],
  more = "",
  perUpstream = "",
): string => {
  const upstreams = upstreamPorts
    .map(
      (upstream) => `{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstream}" }${perUpstream} }`,
    )
    .join(", ");
  const route = (path: string) =>
    `[[servers.web.routes]]\npath = "${path}"\nload_balancer = "round_robin"\nupstreams = [${upstreams}]\n`;
  return `[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${port}" }
${more}
${route("/")}
${route("/{*path}")}`;
};
