import type { z } from "zod";
import { present } from "./present.ts";
import { toMilliseconds } from "./seconds-schema.ts";
import type { TlsConfig } from "./server-config-base.ts";
import type { tlsSchema, upstreamTlsSchema } from "./tls-schema.ts";
import type { UpstreamTlsConfig } from "./upstream-config.ts";

export function normalizeTls(tls: z.output<typeof tlsSchema>): TlsConfig {
  const { chain, key, certificates, ciphers, client_certificates: clients } = tls;
  return {
    certificates: [
      { chain, key },
      ...certificates.map((own) => ({ chain: own.chain, key: own.key, ...present({ names: own.names }) })),
    ],
    minVersion: `TLSv${tls.min_version}`,
    maxVersion: `TLSv${tls.max_version}`,
    ...present({ ciphers }),
    ...(clients === undefined || clients.mode === "off"
      ? {}
      : { clientCertificates: { mode: clients.mode, ca: clients.ca, forward: clients.forward } }),
    handshakeTimeoutMs: toMilliseconds(tls.handshake_timeout_sec),
    maxHandshakes: tls.max_handshakes,
    sessionTickets: tls.session_tickets,
    ticketRotationMs: toMilliseconds(tls.ticket_rotation_sec),
  };
}

export const normalizeUpstreamTls = (
  tls: z.output<typeof upstreamTlsSchema> | undefined,
): UpstreamTlsConfig => ({
  verify: tls?.verify ?? true,
  minVersion: `TLSv${tls?.min_version ?? "1.2"}`,
  ...present({ serverName: tls?.server_name, ca: tls?.ca, chain: tls?.chain, key: tls?.key }),
});
