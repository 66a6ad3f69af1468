// The layer between the listener and what speaks HTTP or Thrift.

export type { TicketOptions } from "./ticket-keys.ts";
export type { ClientCertificateOptions, TlsTerminationOptions, TlsVersion } from "./tls-options.ts";
export { TlsTermination, tlsDetails, tlsTermination } from "./tls-termination.ts";

// Certificates, looked at before they are served.

export type { CertificateFacts, ServerCertificate } from "./certificate.ts";
export { certificateFacts, certificatesIn } from "./certificate.ts";

// What can go wrong.

export {
  TlsCertificateError,
  TlsClientHelloError,
  TlsHandshakeError,
  TlsHandshakeTimeoutError,
  TlsTooManyHandshakesError,
} from "./errors.ts";
