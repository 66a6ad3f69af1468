import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineClockMs,
  deadlineIn,
  type Expiring,
  takeSocket,
  tlsStream,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { runDetector } from "../common/detection/run-detector.ts";
import { DetectTimeoutError } from "../common/errors.ts";
import { clientHelloDetector } from "./client-hello.ts";
import { TlsHandshakeError, TlsHandshakeTimeoutError } from "./errors.ts";
import type { HandshakeListener, TlsHost } from "./tls-host.ts";
import type { TlsHosts } from "./tls-hosts.ts";
import type { ClientCertificateOptions } from "./tls-options.ts";

/** What a handshake needs. */
export interface HandshakeOptions {
  readonly hosts: TlsHosts;
  /** For all of it; 0 for no limit. */
  readonly timeoutMs: number;
  readonly clientCertificates: ClientCertificateOptions["mode"] | undefined;
  readonly cancellation: Cancellation | undefined;
}

/**
 * Shakes hands with the client of `stream`, which is given up. Rejects with ERR_TLS_CLIENT_HELLO, ERR_TLS_HANDSHAKE,
 * ERR_TLS_HANDSHAKE_TIMEOUT, ERR_DETECT_ENDED, the stream's error or the reason of the cancellation; the connection is closed
 * then.
 */
export async function shakeHands(stream: ByteStream, options: HandshakeOptions): Promise<ByteStream> {
  const { hosts, timeoutMs, cancellation } = options;
  const startMs = deadlineClockMs();
  const { outcome, stream: whole } = await runDetector(stream, clientHelloDetector, {
    timeoutMs,
    cancellation,
  }).catch((error: unknown) => {
    throw error instanceof DetectTimeoutError ? new TlsHandshakeTimeoutError({ timeoutMs }) : error;
  });
  const leftMs = timeoutMs === 0 ? 0 : Math.max(1, timeoutMs - (deadlineClockMs() - startMs));
  const { serverName } = outcome;
  return new Promise((resolve, reject) => {
    const handshake = new Handshake(whole, { resolve, reject }, { ...options, leftMs, serverName });
    handshake.start(hosts.find(serverName));
  });
}

interface Settle {
  readonly resolve: (stream: ByteStream) => void;
  readonly reject: (error: unknown) => void;
}

interface RunOptions extends HandshakeOptions {
  readonly leftMs: number;
  readonly serverName: string | undefined;
}

class Handshake implements HandshakeListener, Expiring {
  deadlineMs: number;
  watchedAt = -1;
  readonly #socket: Duplex;
  readonly #settle: Settle;
  readonly #options: RunOptions;
  #isOver = false;

  constructor(stream: ByteStream, settle: Settle, options: RunOptions) {
    this.#settle = settle;
    this.#options = options;
    this.deadlineMs = deadlineIn(options.leftMs);
    this.#socket = takeSocket(stream);
  }

  start(host: TlsHost): void {
    watchDeadline(this);
    this.#options.cancellation?.addListener(this);
    this.#socket.once("close", this.#closed);
    if (!this.#isOver) host.secure(this.#socket, this);
  }

  secured(socket: TLSSocket): void {
    if (this.#isOver) return;
    // Valid or none at all: Node lets pass what was only asked for.
    const shown = socket.getPeerX509Certificate() !== undefined;
    if (this.#options.clientCertificates === "optional" && shown && !socket.authorized)
      return this.#fail(this.#refused(String(socket.authorizationError)));
    if (this.#options.clientCertificates === "required" && !socket.authorized)
      return this.#fail(this.#refused("the client showed no valid certificate"));
    this.#finish();
    this.#settle.resolve(tlsStream(socket));
  }

  failed(error: Error): void {
    const { code } = error as { readonly code?: unknown };
    this.#fail(this.#refused(typeof code === "string" ? code : error.message, error));
  }

  onDeadline(): void {
    this.#fail(new TlsHandshakeTimeoutError({ timeoutMs: this.#options.timeoutMs }));
  }

  /** For the cancellation. */
  cancel(reason: unknown): void {
    this.#fail(reason);
  }

  /** The server may be about to say why. */
  readonly #closed = (): void => {
    setImmediate(() => this.#fail(this.#refused("the connection was closed")));
  };

  #refused(reason: string, cause?: Error): Error {
    const { serverName } = this.#options;
    return new TlsHandshakeError({ reason, serverName, ...(cause === undefined ? {} : { cause }) });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#finish();
    this.#socket.destroy();
    this.#settle.reject(error);
  }

  #finish(): void {
    this.#isOver = true;
    unwatchDeadline(this);
    this.#options.cancellation?.removeListener(this);
    this.#socket.off("close", this.#closed);
  }
}
