import { domainToASCII } from "node:url";
import { NameNotFoundError } from "../errors.ts";
import { abortable } from "./abortable.ts";
import { AnswerCache } from "./answer-cache.ts";
import { createDnsQuery } from "./dns-query.ts";
import { HostsFile } from "./hosts-file.ts";
import { literalAddress } from "./literal-address.ts";
import type { Address, ResolveOptions, Resolver } from "./resolver.ts";

/** Where names are looked up, and how long answers hold. Times are milliseconds. */
export interface DnsResolverOptions {
  /** Resolvers to ask, as `ip` or `ip:port`. Default: those of the system (resolv.conf). */
  readonly servers?: readonly string[];
  /** For a name, with all tries. Default 2,000. */
  readonly timeoutMs?: number;
  /** How often a question is sent within that time. Default 2. */
  readonly tries?: number;
  /** A file of names that goes before the resolvers; false for none. Default: that of the system (/etc/hosts). */
  readonly hostsFile?: string | false;
  /** How many names are kept; the least recently used go first. Default 1,024. */
  readonly maxEntries?: number;
  /** An answer holds at least this long, whatever its record says. Default 1,000. */
  readonly minTtlMs?: number;
  /** An answer holds at most this long, whatever its record says. Default 3,600,000. */
  readonly maxTtlMs?: number;
  /** For this long nobody asks again for a name that does not exist or could not be resolved. Default 1,000. */
  readonly negativeTtlMs?: number;
  /** While resolvers do not answer, addresses are used for this long beyond their time. Default 300,000; 0 never. */
  readonly maxStaleMs?: number;
}

const systemHostsFile =
  process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";

/** RFC 6761 §6.3: these names are this machine, and no resolver is asked. */
const loopback: readonly Address[] = [
  { host: "127.0.0.1", family: 4 },
  { host: "::1", family: 6 },
];

/**
 * A resolver that asks over the network and keeps what it hears. Nothing that it does waits for anything else: a name whose
 * resolver is a black hole delays neither other names nor file access. Names are complete: the search list of
 * resolv.conf is not applied (write `app.default.svc.cluster.local`, not `app`).
 */
export function createDnsResolver(options: DnsResolverOptions = {}): Resolver {
  const query = createDnsQuery({
    servers: options.servers,
    timeoutMs: options.timeoutMs ?? 2_000,
    tries: options.tries ?? 2,
  });
  const cache = new AnswerCache(query, {
    maxEntries: options.maxEntries ?? 1_024,
    minTtlMs: options.minTtlMs ?? 1_000,
    maxTtlMs: options.maxTtlMs ?? 3_600_000,
    negativeTtlMs: options.negativeTtlMs ?? 1_000,
    maxStaleMs: options.maxStaleMs ?? 300_000,
  });
  const { hostsFile = systemHostsFile } = options;
  const hosts = hostsFile === false ? undefined : new HostsFile(hostsFile);
  const find = async (host: string): Promise<readonly Address[]> => {
    const name = domainToASCII(host).replace(/\.$/, "").toLowerCase();
    if (name === "") throw new NameNotFoundError({ host });
    const listed = await hosts?.find(name);
    if (listed !== undefined) return listed;
    if (name === "localhost" || name.endsWith(".localhost")) return loopback;
    return cache.find(name);
  };
  return {
    resolve: async (host: string, { signal }: ResolveOptions = {}) => {
      signal?.throwIfAborted();
      const literal = literalAddress(host);
      return literal === undefined ? abortable(find(host), signal) : [literal];
    },
  };
}

let ofThread: Resolver | undefined;

/** The resolver with default options that everything in this thread shares. */
export function defaultResolver(): Resolver {
  ofThread ??= createDnsResolver();
  return ofThread;
}
