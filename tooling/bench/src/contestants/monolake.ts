import { type Contestant, type Place, repositoryPath } from "./contestant.ts";

/** The default stack on one worker; what is not written here is what a user gets without asking. */
const configText = ({ listenPort, upstreamPort }: Place): string => `[runtime]
worker_threads = 1

[servers.bench]
name = "bench"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${listenPort}" }

[[servers.bench.routes]]
path = "/{*rest}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" } }]
`;

/** This repository's proxy, from its build or from its sources. */
export const monolake = (from: "build" | "sources"): Contestant => ({
  id: "monolake",
  title: "Monolake",
  kind: "ours",
  async prepare(place) {
    const config = await place.write("monolake.toml", configText(place));
    const program =
      from === "build"
        ? [repositoryPath("apps/monolake/dist/main.js")]
        : ["--conditions=@monolake/source", repositoryPath("apps/monolake/src/main.ts")];
    return [process.execPath, ...program, "--config", config, "--log-level", "warn"];
  },
});
