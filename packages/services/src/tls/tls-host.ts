import { constants, createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";
import { certificatesIn, type ServerCertificate } from "./certificate.ts";
import { TlsCertificateError } from "./errors.ts";
import { TicketKey } from "./ticket-keys.ts";
import { defaultCiphers, type TlsTerminationOptions } from "./tls-options.ts";

/** Who hears how a handshake ended. */
export interface HandshakeListener {
  secured(socket: TLSSocket): void;
  /** As Node has it, with a `code`. */
  failed(error: Error): void;
}

/** Where Node keeps what a TLS socket was made over. */
interface SocketInternals {
  readonly _parent?: Duplex;
  readonly _handle?: { readonly _parentWrap?: { readonly stream?: Duplex } } | null;
}

/**
 * The TLS server of some names: one certificate, or several with keys of different kinds. Each has keys of its own for session
 * tickets, and is chosen before OpenSSL sees the connection: what one host has issued, and the client certificate in it, is
 * worth nothing at another. OpenSSL itself would decrypt a ticket before it looks at the name that the client asks for.
 */
export class TlsHost {
  readonly #server: Server;
  readonly #ticketKey: TicketKey | undefined;
  readonly #handshakes = new WeakMap<Duplex, HandshakeListener>();

  constructor(
    names: readonly string[],
    certificates: readonly ServerCertificate[],
    options: TlsTerminationOptions,
  ) {
    const kind = kindOf(names, options);
    this.#ticketKey = options.tickets === false ? undefined : new TicketKey(options.tickets ?? {}, kind);
    this.#server = createTlsServer(certificates, kind, options);
    this.#server.on("secureConnection", (socket) => {
      const carrier = carrierOf(socket);
      if (carrier === undefined) return;
      socket.allowHalfOpen = carrier.allowHalfOpen;
      this.#takeListener(carrier)?.secured(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      const refused: unknown = socket.authorizationError;
      // A client whose certificate is not valid is cut off; the error says "socket hang up" then.
      const reason =
        typeof refused === "string" ? Object.assign(new Error(refused), { code: refused }) : error;
      const carrier = carrierOf(socket);
      if (carrier !== undefined) this.#takeListener(carrier)?.failed(reason);
    });
  }

  /** It hears of it once, and the connection does not keep it. */
  #takeListener(carrier: Duplex): HandshakeListener | undefined {
    const listener = this.#handshakes.get(carrier);
    this.#handshakes.delete(carrier);
    return listener;
  }

  /** Shakes hands with the client of `socket`. The listener hears of it once, unless the socket closes before. */
  secure(socket: Duplex, listener: HandshakeListener): void {
    const ticketKey = this.#ticketKey?.next();
    if (ticketKey !== undefined) this.#server.setTicketKeys(ticketKey);
    this.#handshakes.set(socket, listener);
    // The TLS socket is made with it: a client that ends before it is secured has nothing to wait for.
    const { allowHalfOpen } = socket;
    socket.allowHalfOpen = false;
    this.#server.emit("connection", socket);
    socket.allowHalfOpen = allowHalfOpen;
  }
}

function carrierOf(socket: TLSSocket): Duplex | undefined {
  const { _parent, _handle } = socket as unknown as SocketInternals;
  return _parent ?? _handle?._parentWrap?.stream;
}

/** Names what a session of this host means: with anything of it changed, another handshake is needed. */
function kindOf(names: readonly string[], { clientCertificates }: TlsTerminationOptions): string {
  const kind = JSON.stringify([names, clientCertificates ?? null]);
  return createHash("sha256").update(kind).digest("hex");
}

function createTlsServer(
  certificates: readonly ServerCertificate[],
  kind: string,
  options: TlsTerminationOptions,
): Server {
  const { clientCertificates, alpnProtocols, ciphers = defaultCiphers } = options;
  const tlsOptions: TlsOptions = {
    cert: certificates.map(({ chain }) => chain),
    key: certificates.map(({ key }) => key),
    minVersion: options.minVersion ?? "TLSv1.2",
    maxVersion: options.maxVersion ?? "TLSv1.3",
    ciphers,
    honorCipherOrder: true,
    ecdhCurve: "auto",
    sessionIdContext: kind.slice(0, 32),
    // A client that may shake hands again and again makes one connection cost as much as thousands.
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION | (options.tickets === false ? constants.SSL_OP_NO_TICKET : 0),
    // The deadline is ours.
    handshakeTimeout: 2 ** 31 - 1,
    pauseOnConnect: true,
    ...(alpnProtocols === undefined || alpnProtocols.length === 0
      ? {}
      : { ALPNProtocols: [...alpnProtocols] }),
    ...(clientCertificates === undefined ? {} : clientVerification(clientCertificates)),
  };
  try {
    return createServer(tlsOptions);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TlsCertificateError({ part: "options", reason: `TLS cannot be set up: ${reason}`, cause });
  }
}

function clientVerification({
  ca,
  mode,
}: NonNullable<TlsTerminationOptions["clientCertificates"]>): TlsOptions {
  return {
    requestCert: true,
    // Whether none at all will do is decided afterwards; Node has no word for it.
    rejectUnauthorized: mode === "required",
    ca: certificatesIn(ca, "ca").map((certificate) => certificate.toString()),
  };
}
