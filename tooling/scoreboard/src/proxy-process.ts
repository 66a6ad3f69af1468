import { readFileSync } from "node:fs";
import { freePort, type RunningProgram, startMonolake } from "@monolake/test-kit";

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
  const { workers = 2, logLevel, nodeArguments } = options;
  const port = await freePort();
  const text = (servers: string) => `[runtime]\nworker_threads = ${workers}\n${servers}`;
  const proxy = await startMonolake({
    config: text(options.servers(port)),
    readyPattern: /"msg":"serving"/,
    ...(logLevel !== undefined && { logLevel }),
    ...(nodeArguments !== undefined && { nodeArguments }),
  });
  const { program } = proxy;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    program,
    residentBytes: () => residentBytes(program.pid),
    configure: (servers) => proxy.configure(text(servers)),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
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
