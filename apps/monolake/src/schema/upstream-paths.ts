import type { ConfigPath } from "@monolake/config";
import type { ServerTable } from "./config-file-schema.ts";

type UpstreamTable = Extract<ServerTable, { proxy_type: "tcp" }>["upstreams"][number];

/** The `tls` of an upstream, as it is written, and where. */
export interface UpstreamTlsTable {
  /** Below the server. */
  readonly path: ConfigPath;
  readonly tls: NonNullable<UpstreamTable["tls"]>;
}

/** The upstreams of a server that have a table `tls`. */
export function upstreamTlsTables(server: ServerTable): UpstreamTlsTable[] {
  switch (server.proxy_type) {
    case "echo":
      return [];
    case "tcp":
      return tablesIn(server.upstreams, ["upstreams"]);
    case "http":
      return inRoutes(server.routes);
    case "thrift":
      return [
        ...tablesIn(server.route?.upstreams ?? [], ["route", "upstreams"]),
        ...inRoutes(server.routes ?? []),
      ];
    default: {
      const never: never = server;
      throw new TypeError(`unknown proxy type in ${JSON.stringify(never)}`);
    }
  }
}

type Upstreams = readonly Pick<UpstreamTable, "tls">[];

const inRoutes = (routes: readonly { readonly upstreams?: Upstreams | undefined }[]): UpstreamTlsTable[] =>
  routes.flatMap(({ upstreams = [] }, index) => tablesIn(upstreams, ["routes", index, "upstreams"]));

const tablesIn = (upstreams: Upstreams, path: ConfigPath): UpstreamTlsTable[] =>
  upstreams.flatMap(({ tls }, index) => (tls === undefined ? [] : [{ tls, path: [...path, index, "tls"] }]));
