/** What every kind of server has. */
export interface ServerConfigBase {
  /** The key in `servers`, which identifies the server over reloads. */
  readonly key: string;
  readonly name: string;
  readonly listener: ListenerConfig;
  readonly tls?: TlsConfig;
  /** Absent: connections begin with what they are for. */
  readonly proxyProtocol?: ProxyProtocolConfig;
  /** The contents of the files that the server names, by their names; absent before they were read. */
  readonly files?: Readonly<Record<string, string>>;
  /** HTTP: responses name the version of the configuration. */
  readonly debug: boolean;
}

/** Whose PROXY headers are believed. */
export interface ProxyProtocolConfig {
  readonly trustedProxies: readonly string[];
  readonly mode: "required" | "optional";
  readonly others: "refuse" | "direct" | "ignore";
  readonly timeoutMs: number;
  readonly maxHeaderBytes: number;
}

export type ListenerConfig =
  | {
      readonly type: "socket";
      readonly host: string;
      readonly port: number;
      readonly backlog: number;
      readonly reusePort: boolean;
      readonly noDelay: boolean;
    }
  | {
      readonly type: "unix";
      readonly path: string;
      readonly backlog: number;
      /** Permission bits, as for `chmod`. Absent: as the umask has it. */
      readonly mode?: number;
    };

/** How connections of clients are secured. */
export interface TlsConfig {
  /** The first is for clients that ask for none of the others. */
  readonly certificates: readonly CertificateConfig[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
  /** Absent: the default of the TLS service. */
  readonly ciphers?: string;
  /** Absent: clients are asked for none. */
  readonly clientCertificates?: {
    readonly mode: "optional" | "required";
    /** A file name. */
    readonly ca: string;
    readonly forward: boolean;
  };
  readonly handshakeTimeoutMs: number;
  readonly maxHandshakes: number;
  readonly sessionTickets: boolean;
  readonly ticketRotationMs: number;
}

/** File names; relative ones start from the working directory. */
export interface CertificateConfig {
  readonly chain: string;
  readonly key: string;
  /** Absent: those in the certificate. */
  readonly names?: readonly string[];
}

/** Absent limits do not exist. */
export interface ConnectionLimits {
  /** Of one worker. */
  readonly maxConnections?: number;
  /** Of one worker, from one address of IPv4 or one /64 of IPv6. */
  readonly maxConnectionsPerAddress?: number;
}
