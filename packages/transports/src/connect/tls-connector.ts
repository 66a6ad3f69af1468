import { isIP } from "node:net";
import { createSecureContext, type SecureContext, type SecureVersion } from "node:tls";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import { UpstreamConnectTimeoutError } from "../errors.ts";
import { createConnector } from "./address-connector.ts";
import { type Connector, defaultConnectTimeoutMs } from "./connector.ts";
import { secureStream } from "./tls-handshake.ts";
import { defaultAuthorities } from "./tls-trust.ts";

/** How connections are secured with TLS. */
export interface TlsConnectorOptions {
  /** Opens the connection beneath. Default: TCP with names resolved by DNS, and unix sockets. */
  readonly connector?: Connector;
  /** The name that the server is asked for and has to show a certificate for. Default: the host of the target. */
  readonly serverName?: string;
  /** Whether the server's certificate has to be valid. Anybody on the way can read and change everything otherwise. Default true. */
  readonly verify?: boolean;
  /** Who may have issued it, as PEM; nobody else. Default: the authorities of the system and of Mozilla. */
  readonly ca?: string;
  /** The own certificate and its key, as PEM, for servers that ask for one. */
  readonly certificate?: { readonly chain: string; readonly key: string };
  /** What is to be spoken inside, best first (RFC 7301); `tls.alpnProtocol` of the stream tells what was agreed on. */
  readonly alpnProtocols?: readonly string[];
  /** Default TLSv1.2. */
  readonly minVersion?: Extract<SecureVersion, "TLSv1.2" | "TLSv1.3">;
  /** For connection and handshake together, in milliseconds. Default 3,000. */
  readonly timeoutMs?: number;
}

/** Sessions that are kept, of one connector. */
const maxSessions = 1_024;

/**
 * Opens connections over TLS. Sessions are resumed, target by target. Also rejects with ERR_UPSTREAM_TLS_CERTIFICATE and
 * ERR_UPSTREAM_TLS_HANDSHAKE; throws what OpenSSL says of a `ca` or `certificate` that it cannot read when it first connects.
 */
export function createTlsConnector(options: TlsConnectorOptions = {}): Connector {
  const { connector = createConnector(), verify = true, serverName, alpnProtocols = [] } = options;
  const sessions = new Map<string, Buffer>();
  let context: SecureContext | undefined;
  return {
    async connect(target, connectOptions = {}) {
      const { signal, timeoutMs = options.timeoutMs ?? defaultConnectTimeoutMs } = connectOptions;
      const startMs = performance.now();
      context ??= contextFor(options);
      const stream = await connector.connect(target, { ...connectOptions, timeoutMs });
      const key = formatAddress(target);
      const host = serverName ?? hostOf(target);
      return secureStream(stream, {
        target: key,
        host,
        signal,
        leftMs: timeoutMs - (performance.now() - startMs),
        timeout: () => new UpstreamConnectTimeoutError({ target: key, addresses: [key], timeoutMs }),
        session: sessions.get(key),
        keepSession: (session) => keepNewest(sessions, key, session),
        tlsOptions: {
          host,
          // An address is no name to ask for (RFC 6066 §3); the certificate is compared with it all the same.
          servername: isIP(host) === 0 ? host : "",
          secureContext: context,
          rejectUnauthorized: verify,
          ALPNProtocols: [...alpnProtocols],
        },
      });
    },
  };
}

/** Contexts that trust whom everybody trusts: hundreds of certificates take their time to be read. */
const commonContexts = new Map<string, SecureContext>();

function contextFor(options: TlsConnectorOptions): SecureContext {
  const { ca, certificate, minVersion = "TLSv1.2", verify = true } = options;
  if (!verify || ca !== undefined || certificate !== undefined) return createContext(options);
  const known = commonContexts.get(minVersion) ?? createContext(options);
  commonContexts.set(minVersion, known);
  return known;
}

const createContext = ({ ca, certificate, minVersion = "TLSv1.2", verify = true }: TlsConnectorOptions) =>
  createSecureContext({
    minVersion,
    ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
    ...(verify ? { ca: ca ?? [...defaultAuthorities()] } : {}),
  });

const hostOf = (target: SocketAddress): string => (target.type === "unix" ? "localhost" : target.host);

function keepNewest(sessions: Map<string, Buffer>, key: string, session: Buffer): void {
  sessions.delete(key);
  sessions.set(key, session);
  if (sessions.size <= maxSessions) return;
  for (const oldest of sessions.keys()) {
    sessions.delete(oldest);
    return;
  }
}
