import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type ByteStream, takeSocket, tlsStream } from "@monolake/streams";
import { UpstreamTlsCertificateError, UpstreamTlsHandshakeError } from "../errors.ts";

/** What a handshake needs. */
export interface TlsHandshakeOptions {
  /** For messages. */
  readonly target: string;
  /** Whom the certificate has to be for. */
  readonly host: string;
  readonly signal: AbortSignal | undefined;
  readonly leftMs: number;
  readonly timeout: () => Error;
  /** Of an earlier connection to the same target. */
  readonly session: Buffer | undefined;
  readonly keepSession: (session: Buffer) => void;
  readonly tlsOptions: ConnectionOptions;
}

/**
 * Shakes hands with the server at the other end of `stream`, which is given up. What the server sent before is taken for TLS or for an
 * error, never for an answer.
 */
export function secureStream(stream: ByteStream, options: TlsHandshakeOptions): Promise<ByteStream> {
  const { target, host, signal, session } = options;
  return new Promise((resolve, reject) => {
    const carrier = takeSocket(stream);
    const socket = connect({
      ...options.tlsOptions,
      socket: carrier,
      ...(session === undefined ? {} : { session }),
    });
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.off("error", failed).off("close", closed).off("secureConnect", secured);
      // An error after giving up concerns nobody.
      socket.on("error", ignore);
    };
    const giveUp = (error: unknown) => {
      finish();
      socket.destroy();
      carrier.destroy();
      reject(error);
    };
    const abort = () => giveUp(signal?.reason);
    const failed = (cause: Error) => giveUp(failureOf(cause, socket, { target, host }));
    const closed = () =>
      failed(Object.assign(new Error("the server closed the connection"), { code: "ECONNRESET" }));
    const secured = () => {
      finish();
      resolve(tlsStream(socket, carrier));
    };
    const timer = setTimeout(() => giveUp(options.timeout()), Math.max(0, options.leftMs));
    socket.on("session", options.keepSession);
    socket.once("error", failed).once("close", closed).once("secureConnect", secured);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Node tells apart by a property of the socket only: a certificate that was refused, and everything else. */
function failureOf(
  cause: Error,
  socket: TLSSocket,
  { target, host }: { target: string; host: string },
): Error {
  const { code } = cause as { readonly code?: unknown };
  const reason = typeof code === "string" ? code : cause.message;
  const isCertificate = Boolean(socket.authorizationError) || reason === "ERR_TLS_CERT_ALTNAME_INVALID";
  return isCertificate
    ? new UpstreamTlsCertificateError({ target, host, reason, cause })
    : new UpstreamTlsHandshakeError({ target, reason, cause });
}

const ignore = () => {};
