import type { TlsTerminationOptions } from "@monolake/services/tls";
import type { TlsConnectorOptions } from "@monolake/transports";
import type { ServerConfig, UpstreamTlsConfig } from "../schema/index.ts";
import type { Deployed } from "./deployed-server.ts";

/** What the TLS layer of a server is made from; undefined where there is none. */
export function tlsOptions(
  { key: scope, tls, files = {}, ticketSecret }: Deployed,
  alpnProtocols: readonly string[] = [],
): TlsTerminationOptions | undefined {
  if (tls === undefined) return undefined;
  const { certificates, clientCertificates, ciphers, ticketRotationMs } = tls;
  return {
    certificates: certificates.map(({ chain, key, names }) => ({
      chain: contentOf(files, chain),
      key: contentOf(files, key),
      ...(names === undefined ? {} : { names }),
    })),
    alpnProtocols,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(clientCertificates === undefined
      ? {}
      : {
          clientCertificates: { mode: clientCertificates.mode, ca: contentOf(files, clientCertificates.ca) },
        }),
    handshakeTimeoutMs: tls.handshakeTimeoutMs,
    maxHandshakes: tls.maxHandshakes,
    tickets: tls.sessionTickets
      ? { secret: Buffer.from(ticketSecret, "base64"), scope, rotationMs: ticketRotationMs }
      : false,
  };
}

/** An upstream, with what its connections are secured with. */
export function withTlsOptions<Upstream extends { readonly tls?: UpstreamTlsConfig }>(
  upstream: Upstream,
  { files = {} }: Pick<ServerConfig, "files">,
): Omit<Upstream, "tls"> & { readonly tls?: TlsConnectorOptions } {
  const { tls, ...rest } = upstream;
  if (tls === undefined) return rest;
  const { verify, minVersion, serverName, ca, chain, key } = tls;
  return {
    ...rest,
    tls: {
      verify,
      minVersion,
      ...(serverName === undefined ? {} : { serverName }),
      ...(ca === undefined ? {} : { ca: contentOf(files, ca) }),
      ...(chain === undefined || key === undefined
        ? {}
        : { certificate: { chain: contentOf(files, chain), key: contentOf(files, key) } }),
    },
  };
}

function contentOf(files: Readonly<Record<string, string>>, file: string): string {
  const content = files[file];
  if (content === undefined) throw new TypeError(`the file ${JSON.stringify(file)} was not read`);
  return content;
}
