import { join } from "node:path";
import { createCertificate } from "@monolake/test-kit";
import { type Contestant, type Place, repositoryPath } from "./contestant.ts";

/** Where Monolake is run from; a folder is that of another checkout, whose sources are run. */
export type Origin = "build" | "sources" | { readonly folder: string };

function programOf(from: Origin): readonly string[] {
  if (from === "build") return [repositoryPath("apps/monolake/dist/main.js")];
  const main = "apps/monolake/src/main.ts";
  return [
    "--conditions=@monolake/source",
    from === "sources" ? repositoryPath(main) : join(from.folder, main),
  ];
}

/** The default stack on one worker; what is not written here is what a user gets without asking. */
const configText = (
  type: "http" | "thrift",
  { listenPort }: Place,
  rest: string,
  workers = 1,
): string => `[runtime]
worker_threads = ${workers}

[servers.bench]
name = "bench"
proxy_type = "${type}"
listener = { type = "socket", value = "127.0.0.1:${listenPort}" }

${rest}
`;

/** A certificate for localhost, and the lines that name it. */
async function tlsLines({ write }: Place): Promise<string> {
  const { certificate, key } = createCertificate({ names: ["localhost"] });
  const [chainFile, keyFile] = [await write("monolake.crt", certificate), await write("monolake.key", key)];
  return `tls = { chain = "${chainFile}", key = "${keyFile}" }`;
}

const httpRoute = ({ upstreamPort }: Place, more = ""): string => `[[servers.bench.routes]]
path = "/{*rest}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" }${more} }]`;

const thriftRoute = ({ upstreamPort }: Place): string => `[servers.bench.route]
upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstreamPort}" } }]`;

const monolakeWith =
  (
    rest: Pick<Contestant, "id" | "title" | "takesPart" | "onlyWhenNamed">,
    config: (place: Place) => string | Promise<string>,
  ) =>
  (from: Origin): Contestant => ({
    ...rest,
    kind: "ours",
    async prepare(place) {
      const file = await place.write("monolake.toml", await config(place));
      return [process.execPath, ...programOf(from), "--config", file, "--log-level", "warn"];
    },
  });

/** This repository's proxy, for HTTP. */
export const monolake = monolakeWith({ id: "monolake", title: "Monolake" }, (place) =>
  configText("http", place, httpRoute(place)),
);

/** What a second worker costs: both have the one core, so it is their processor time for each request that counts. */
export const monolakeTwoWorkers = monolakeWith(
  { id: "monolake-two-workers", title: "Monolake, two workers", onlyWhenNamed: true },
  (place) => configText("http", place, httpRoute(place), 2),
);

const pipelining: Pick<Contestant, "id" | "title" | "takesPart"> = {
  id: "monolake-pipelining",
  title: "Monolake, pipelining = 32",
  takesPart: ({ bodyBytes }) => bodyBytes <= 16 * 1024,
};

/** The same with requests that share upstream connections. Of long bodies it forwards each on a connection of its own. */
export const monolakePipelining = monolakeWith(pipelining, (place) =>
  configText("http", place, httpRoute(place, ", pipelining = 32")),
);

/** h2load opens no connection again: with the default of 1,000 requests each it would soon have none. */
const http2Limits = "limits = { max_requests_per_connection = 1000000000 }";

/** For HTTP/2, in cleartext or over TLS. */
export const monolakeHttp2 = (isSecure: boolean, isPipelining: boolean) =>
  monolakeWith(isPipelining ? pipelining : { id: "monolake", title: "Monolake" }, async (place) => {
    const tls = isSecure ? `${await tlsLines(place)}\n` : "";
    const route = httpRoute(place, isPipelining ? ", pipelining = 32" : "");
    return configText("http", place, `${http2Limits}\n${tls}${route}`);
  });

/** With TLS for clients. */
export const monolakeHttps = monolakeWith({ id: "monolake", title: "Monolake" }, async (place) =>
  configText("http", place, `${await tlsLines(place)}\n${httpRoute(place)}`),
);

/** For Thrift. */
export const monolakeThrift = monolakeWith({ id: "monolake", title: "Monolake" }, (place) =>
  configText("thrift", place, thriftRoute(place)),
);

/** For Thrift, with the calls of all clients on two connections to the upstream, and those of one client handled together. */
export const monolakeThriftMultiplexed = monolakeWith(
  { id: "monolake-multiplexed", title: "Monolake, multiplexed" },
  (place) => configText("thrift", place, `pipelining = "ordered"\n${thriftRoute(place)}\nmultiplex = 2`),
);
