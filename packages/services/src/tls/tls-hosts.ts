import { certificateFacts, type ServerCertificate } from "./certificate.ts";
import { TlsCertificateError } from "./errors.ts";
import { TlsHost } from "./tls-host.ts";
import type { TlsTerminationOptions } from "./tls-options.ts";

/** The hosts of a server, by the names that clients ask for. */
export class TlsHosts {
  readonly #byName = new Map<string, TlsHost>();
  readonly #default: TlsHost;

  /** Throws ERR_TLS_CERTIFICATE. */
  constructor(options: TlsTerminationOptions) {
    let first: TlsHost | undefined;
    for (const { names, certificates } of groupByNames(options)) {
      const host = new TlsHost(names, certificates, options);
      first ??= host;
      // A name that several have belongs to the first.
      for (const name of names) if (!this.#byName.has(name)) this.#byName.set(name, host);
    }
    if (first === undefined)
      throw new TlsCertificateError({
        part: "chain",
        reason: "there is no certificate, expected one at least",
      });
    this.#default = first;
  }

  /** An exact name goes before a wildcard, which stands for one label (RFC 6125 §6.4.3); the default host takes the rest. */
  find(serverName: string | undefined): TlsHost {
    if (serverName === undefined) return this.#default;
    const name = serverName.endsWith(".") ? serverName.slice(0, -1) : serverName;
    const dot = name.indexOf(".");
    const wildcard = dot === -1 ? undefined : this.#byName.get(`*${name.slice(dot)}`);
    return this.#byName.get(name) ?? wildcard ?? this.#default;
  }
}

interface Group {
  readonly names: readonly string[];
  readonly certificates: ServerCertificate[];
}

/** Certificates for the same names, with keys of different kinds, are offered together: OpenSSL takes what the client can. */
function groupByNames({ certificates, ciphers }: TlsTerminationOptions): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const certificate of certificates) {
    const names = certificateFacts(certificate, ciphers).names.toSorted();
    const key = JSON.stringify(names);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names, certificates: [certificate] });
    else group.certificates.push(certificate);
  }
  return groups.values();
}
