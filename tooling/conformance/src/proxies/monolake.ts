import { startMonolake } from "@monolake/test-kit";
import type { LanePorts, ProxyKind, ProxySettings } from "./proxy.ts";

/** Keeps Host and path, and waits shorter than by default. */
function monolakeConfig(ports: readonly LanePorts[], { mode, pipelining }: ProxySettings): string {
  const shared = pipelining === undefined ? "" : `, pipelining = ${pipelining}`;
  const servers = ports.map(({ listenPort, upstreamPort }, index) => {
    const route = (path: string) => `[[servers.lane${index}.routes]]
path = "${path}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" }${shared} }]`;
    return `[servers.lane${index}]
name = "lane${index}"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${listenPort}" }
upstream_host = "preserve"
${mode === "strict" ? "" : `parsing = "${mode}"\n`}
[servers.lane${index}.timeout]
server_first_byte_timeout_sec = 2
server_keepalive_timeout_sec = 60
server_read_header_timeout_sec = 1
server_read_body_timeout_sec = 2
upstream_connect_timeout_sec = 2
upstream_read_timeout_sec = 2

${route("/")}
${route("/{*path}")}
`;
  });
  return `[runtime]\nworker_threads = 1\n\n${servers.join("\n")}`;
}

/** This repository's proxy. */
export const monolake: ProxyKind = {
  id: "monolake",
  title: "Monolake",
  start: (ports, settings) => startMonolake({ config: monolakeConfig(ports, settings) }),
};
