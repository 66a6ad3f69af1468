import { getCACertificates, rootCertificates } from "node:tls";

let trusted: readonly string[] | undefined;

/**
 * Who is trusted where nobody says otherwise, as PEM: the system's own authorities and those of Mozilla that Node.js brings along. Read
 * once in a thread.
 */
export function defaultAuthorities(): readonly string[] {
  trusted ??= [...new Set([...rootCertificates, ...getCACertificates("system")].map((pem) => pem.trim()))];
  return trusted;
}
