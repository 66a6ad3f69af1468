import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { lacksCloseNotify } from "./close-notify.ts";

/** What the TLS layer under a byte stream agreed on. The first four are kept when the stream closes. */
export interface TlsDetails {
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher suite by its name in RFCs: `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string;
  /** What both sides agreed to speak (RFC 7301): `h2`, `http/1.1`; undefined where nothing was agreed. */
  readonly alpnProtocol: string | undefined;
  /** The host name that the client asked for (SNI); undefined where it named none. */
  readonly serverName: string | undefined;
  /** The session went on from one before: no certificates were exchanged. */
  readonly resumed: boolean;
  /**
   * The peer's end came without close_notify (RFC 8446 section 6.1): somebody on the way may have cut what it sent. For connections that were
   * dialled, and where that can be seen for certain.
   */
  readonly truncated: boolean;
  /** The certificate that the peer showed, also one before a resumption. Read it while the stream is open: it is kept then. */
  readonly peerCertificate: PeerCertificate | undefined;
}

/** A certificate that a peer has shown. */
export interface PeerCertificate {
  /** One line for each part, as Node has it: `CN=client 7`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate: `AB:CD:…`. */
  readonly fingerprint256: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** It was verified, up to a certificate that is trusted here. */
  readonly authorized: boolean;
  /** Why not: a code of OpenSSL such as `CERT_HAS_EXPIRED`. */
  readonly authorizationError: string | undefined;
  /** The certificate as PEM. */
  readonly pem: string;
}

/** The details of a TLS socket whose handshake is over; undefined for any other socket. */
export function tlsDetailsOf(socket: Socket): TlsDetails | undefined {
  return "encrypted" in socket ? new SocketTlsDetails(socket as TLSSocket) : undefined;
}

class SocketTlsDetails implements TlsDetails {
  readonly protocol: string;
  readonly cipher: string;
  readonly alpnProtocol: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly #socket: TLSSocket;
  #peerCertificate: PeerCertificate | undefined = undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.protocol = socket.getProtocol() ?? "unknown";
    // Node's types do not say that a socket that has closed since has none.
    const cipher: { readonly standardName: string } | undefined = socket.getCipher();
    this.cipher = cipher?.standardName ?? "unknown";
    // `false` is what Node says for none; both are set by the handshake, which types do not know.
    this.alpnProtocol = socket.alpnProtocol || undefined;
    this.serverName = (socket as { readonly servername?: string | false | null }).servername || undefined;
    this.resumed = socket.isSessionReused();
  }

  get truncated(): boolean {
    return lacksCloseNotify(this.#socket);
  }

  get peerCertificate(): PeerCertificate | undefined {
    if (this.#peerCertificate !== undefined) return this.#peerCertificate;
    const certificate = this.#socket.getPeerX509Certificate();
    if (certificate !== undefined) this.#peerCertificate = new ShownCertificate(certificate, this.#socket);
    return this.#peerCertificate;
  }
}

/** Everything but the verdict is read from the certificate when it is asked for. */
class ShownCertificate implements PeerCertificate {
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly #certificate: X509Certificate;

  constructor(certificate: X509Certificate, { authorized, authorizationError }: TLSSocket) {
    this.#certificate = certificate;
    this.authorized = authorized;
    // An error in Node's types, a code in truth.
    this.authorizationError = authorizationError ? String(authorizationError) : undefined;
  }

  get subject(): string {
    return this.#certificate.subject ?? "";
  }

  get issuer(): string {
    return this.#certificate.issuer ?? "";
  }

  get serialNumber(): string {
    return this.#certificate.serialNumber;
  }

  get fingerprint256(): string {
    return this.#certificate.fingerprint256;
  }

  get validFrom(): Date {
    return new Date(this.#certificate.validFrom);
  }

  get validTo(): Date {
    return new Date(this.#certificate.validTo);
  }

  get pem(): string {
    return this.#certificate.toString();
  }
}
