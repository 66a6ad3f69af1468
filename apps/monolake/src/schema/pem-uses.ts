import type { ConfigPath } from "@monolake/config";
import type { ConfigFile, ServerTable } from "./config-file-schema.ts";
import { upstreamTlsTables } from "./upstream-paths.ts";

/** PEM files that belong together, and where a configuration names them. */
export interface PemUse {
  /** The key of the server. */
  readonly server: string;
  /** Of the table whose keys are those of `files`. */
  readonly path: ConfigPath;
  readonly files: { readonly chain: string; readonly key: string } | { readonly ca: string };
  /** What a certificate is served with, where that is said. */
  readonly ciphers?: string | undefined;
}

/** All of them, in the order of the file. */
export const pemUses = ({ servers }: ConfigFile): PemUse[] =>
  Object.entries(servers).flatMap(([server, table]) =>
    [...usesForClients(table), ...usesForUpstreams(table)].map(({ path, ...use }) => ({
      server,
      path: ["servers", server, ...path],
      ...use,
    })),
  );

type UseWithin = Omit<PemUse, "server">;

function usesForClients({ tls }: ServerTable): UseWithin[] {
  if (tls === undefined) return [];
  const { client_certificates: clients, ciphers } = tls;
  const asked = clients !== undefined && clients.mode !== "off";
  return [
    { ...certificate(tls, ["tls"]), ciphers },
    ...tls.certificates.map((own, index) => ({
      ...certificate(own, ["tls", "certificates", index]),
      ciphers,
    })),
    ...(asked ? [{ files: { ca: clients.ca }, path: ["tls", "client_certificates"] }] : []),
  ];
}

const usesForUpstreams = (server: ServerTable): UseWithin[] =>
  upstreamTlsTables(server).flatMap(({ tls: { chain, key, ca }, path }) => [
    ...(chain === undefined || key === undefined ? [] : [certificate({ chain, key }, path)]),
    ...(ca === undefined ? [] : [{ files: { ca }, path }]),
  ]);

const certificate = ({ chain, key }: { readonly chain: string; readonly key: string }, path: ConfigPath) => ({
  files: { chain, key },
  path,
});
