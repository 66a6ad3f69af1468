import { createTextSource } from "@monolake/config";
import { createCertificate, freePort, temporaryFolder } from "@monolake/test-kit";
import { pino } from "pino";
import { runProxy } from "../../src/run/run-proxy.ts";
import { authority, writeCertificate } from "../proxy/tls-files.ts";
import { type Client, type Destination, http1Client, http2Client } from "./clients.ts";
import { http1Origin, http2Origin, type Origin, type OriginPlace } from "./origins.ts";

/** What a client speaks, and over what. */
export interface Front {
  readonly name: string;
  readonly version: "1.0" | "1.1" | "2";
  readonly secure: boolean;
  readonly client: Client;
}

/** What is spoken to an origin, and over what. */
export interface Back {
  readonly name: string;
  readonly version: "1.1" | "2";
  readonly transport: "cleartext" | "TLS" | "unix";
}

const clients: readonly (readonly [Front["version"], Client])[] = [
  ["1.0", http1Client("1.0")],
  ["1.1", http1Client("1.1")],
  ["2", http2Client],
];

export const fronts: readonly Front[] = clients.flatMap(([version, client]) =>
  [false, true].map((secure) => ({
    name: `HTTP/${version} ${secure ? "TLS" : "cleartext"}`,
    version,
    secure,
    client,
  })),
);

export const backs: readonly Back[] = (["1.1", "2"] as const).flatMap((version) =>
  (["cleartext", "TLS", "unix"] as const).map((transport) => ({
    name: `HTTP/${version} ${transport}`,
    version,
    transport,
  })),
);

/** One proxy with a server for each way to ask each origin. */
export interface Matrix extends AsyncDisposable {
  readonly origin: (back: Back) => Origin;
  readonly destination: (front: Front, back: Back) => Destination;
}

/** Starts the proxy and its origins. */
export async function startMatrix(): Promise<Matrix> {
  const folder = await temporaryFolder();
  await writeCertificate(folder, "server");
  const ca = await folder.write("ca.crt", authority.certificate);
  const certificate = createCertificate({ names: ["localhost"], issuer: authority });
  const origins = new Map<Back, Origin>();
  const ports = new Map<string, number>();
  const servers: Record<string, object> = {};
  for (const [at, back] of backs.entries()) {
    const path = folder.file(`${at}.sock`);
    const place: OriginPlace =
      back.transport === "unix" ? { path } : back.transport === "TLS" ? { certificate } : {};
    const origin = await (back.version === "2" ? http2Origin(place) : http1Origin(place));
    origins.set(back, origin);
    const value = back.transport === "unix" ? path : `127.0.0.1:${origin.port}`;
    const endpoint = { type: back.transport === "unix" ? "unix" : "socket", value };
    const upstreams = [
      { endpoint, ...(back.transport === "TLS" && { tls: { ca, server_name: "localhost" } }) },
    ];
    for (const secure of [false, true]) {
      const port = await freePort();
      ports.set(`${at} ${secure}`, port);
      servers[`s${at}${secure ? "tls" : ""}`] = {
        name: `${at} ${secure}`,
        proxy_type: "http",
        listener: { type: "socket", value: `127.0.0.1:${port}` },
        upstream_http_version: back.version === "2" ? "http2" : "http11",
        ...(secure && { tls: { chain: `${folder.path}/server.crt`, key: `${folder.path}/server.key` } }),
        routes: [
          { path: "/", upstreams },
          { path: "/{*path}", upstreams },
        ],
      };
    }
  }
  const text = JSON.stringify({ runtime: { worker_threads: 1 }, servers });
  const proxy = await runProxy(createTextSource(text, "matrix.json"), {
    logger: pino({ level: "silent" }),
    logLevel: "error",
    graceMs: 0,
  });
  return {
    origin: (back) => origins.get(back) as Origin,
    destination: ({ secure }, back) => ({
      port: ports.get(`${backs.indexOf(back)} ${secure}`) as number,
      ca: secure ? authority.certificate : undefined,
    }),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      for (const origin of origins.values()) await origin[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
