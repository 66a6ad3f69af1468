import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { TlsCertificateError } from "./errors.ts";

/** A certificate that a server shows, as PEM. */
export interface ServerCertificate {
  /** The certificate, and behind it those that lead to one that clients trust. */
  readonly chain: string;
  /** Its private key of any kind: PKCS#8, PKCS#1 or SEC1, not encrypted. */
  readonly key: string;
  /** Host names it is shown for, `*.example.org` for one more label. Default: what the certificate says it is for. */
  readonly names?: readonly string[];
}

/** What is known of a certificate that can be served. */
export interface CertificateFacts {
  /** The names it is shown for, in lower case. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
}

/**
 * Looks whether a certificate can be served. Throws ERR_TLS_CERTIFICATE, whose `part` says what is at fault. `ciphers`: those that
 * it is served with, which may set the security level of OpenSSL.
 */
export function certificateFacts(
  { chain, key, names }: ServerCertificate,
  ciphers?: string,
): CertificateFacts {
  const [certificate] = certificatesIn(chain, "chain");
  const privateKey = privateKeyIn(key);
  if (certificate === undefined) throw unusable("chain", "the chain has no certificate");
  if (!certificate.checkPrivateKey(privateKey))
    throw unusable("key", "the private key does not belong to the first certificate of the chain");
  tryIn({ cert: chain, key, ...(ciphers !== undefined && { ciphers }) });
  return {
    names: (names ?? namesOf(certificate)).map((name) => name.toLowerCase()),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
  };
}

/** Keys that are too short, and signatures that are too weak, are found by OpenSSL only. */
function tryIn(options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    const { reason, message } = cause as Error & { readonly reason?: string };
    throw unusable("chain", `OpenSSL refuses the certificate: ${reason ?? message}`, cause);
  }
}

/** All certificates of a PEM text; at least one. Throws ERR_TLS_CERTIFICATE with `part`. */
export function certificatesIn(pem: string, part: "chain" | "ca"): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw unusable(part, "there is no PEM certificate (BEGIN CERTIFICATE)");
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw unusable(part, `certificate ${index + 1} cannot be read`, cause);
    }
  });
}

function privateKeyIn(pem: string): KeyObject {
  if (!pem.includes("PRIVATE KEY-----"))
    throw unusable("key", "there is no PEM private key (BEGIN PRIVATE KEY)");
  if (/-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem))
    throw unusable(
      "key",
      "the private key is encrypted with a passphrase: store it decrypted, readable by the proxy alone",
    );
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw unusable("key", "the private key cannot be read", cause);
  }
}

/** RFC 6125 §6.4.4: the common name counts only where there is no other. */
function namesOf(certificate: X509Certificate): string[] {
  const names = [...(certificate.subjectAltName ?? "").matchAll(/(?:^|, )DNS:"?([^,"]+)/g)];
  if (names.length > 0) return names.map(([, name = ""]) => name);
  const [, commonName = ""] = /^CN=(.+)$/m.exec(certificate.subject ?? "") ?? [];
  return commonName === "" || isIP(commonName) !== 0 ? [] : [commonName];
}

const unusable = (part: "chain" | "key" | "ca", reason: string, cause?: unknown) =>
  new TlsCertificateError({ part, reason, ...(cause === undefined ? {} : { cause }) });
