import type { ServerCertificate } from "./certificate.ts";
import type { TicketOptions } from "./ticket-keys.ts";

/** Versions of TLS that are still fit for use (RFC 8996). */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** What clients are asked for. */
export interface ClientCertificateOptions {
  /** `optional`: a client may show none, but none that is not valid. `required`: every client shows one. */
  readonly mode: "optional" | "required";
  /** Those who issue them, as PEM. */
  readonly ca: string;
}

/** How connections are secured. */
export interface TlsTerminationOptions {
  /** The first one is for clients that ask for none of the others. */
  readonly certificates: readonly ServerCertificate[];
  /** What is spoken inside, best first (RFC 7301). A client that offers others is refused; one that offers none is not. */
  readonly alpnProtocols?: readonly string[];
  /** Default TLSv1.2. */
  readonly minVersion?: TlsVersion;
  /** Default TLSv1.3. */
  readonly maxVersion?: TlsVersion;
  /** As OpenSSL names them, best first. Default: those with forward secrecy and authenticated encryption. */
  readonly ciphers?: string;
  /** Absent: clients are asked for none. */
  readonly clientCertificates?: ClientCertificateOptions;
  /** From the first byte on, in milliseconds; 0 for no limit. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** So many at a time; a connection beyond that is closed. Default 4,096. */
  readonly maxHandshakes?: number;
  /** How sessions are resumed; false: they are not. */
  readonly tickets?: TicketOptions | false;
}

/**
 * Mozilla's "intermediate" recommendation without DHE. The server's order counts: AES-128 is the fastest that there is, and as
 * good as any against what is known.
 */
export const defaultCiphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");
