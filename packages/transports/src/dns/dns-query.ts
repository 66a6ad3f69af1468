import { NODATA, NOTFOUND, Resolver } from "node:dns/promises";
import { NameNotFoundError, ResolverFailedError, ResolverTimeoutError } from "../errors.ts";
import type { Address } from "./resolver.ts";

/** What the resolvers answered, and for how long that holds. */
export interface Answer {
  readonly addresses: readonly Address[];
  readonly ttlMs: number;
}

/** How to ask. */
export interface DnsQueryOptions {
  /** The resolvers, as `ip` or `ip:port`; undefined: those of the system. */
  readonly servers: readonly string[] | undefined;
  /** For everything that a question takes, in milliseconds. */
  readonly timeoutMs: number;
  /** How often each question is sent. */
  readonly tries: number;
}

/** Asks for the addresses of a name. Rejects with ERR_NAME_NOT_FOUND, ERR_RESOLVER_TIMEOUT or ERR_RESOLVER_FAILED. */
export type DnsQuery = (name: string) => Promise<Answer>;

/** RFC 8305 §3: once one family has answered, the other has this long. */
const resolutionDelayMs = 50;

/**
 * Questions to resolvers over the network, on a socket of our own: never getaddrinfo, whose waiting calls would occupy the
 * threads that also read files. The search list of resolv.conf is not applied.
 */
export function createDnsQuery({ servers, timeoutMs, tries }: DnsQueryOptions): DnsQuery {
  // What c-ares doubles from try to try has to fit into the time that we allow it altogether.
  const timeout = Math.max(1, Math.floor(timeoutMs / (2 ** tries - 1)));
  const makeResolver = (): Resolver => {
    const resolver = new Resolver({ timeout, tries });
    if (servers !== undefined) resolver.setServers(servers);
    return resolver;
  };
  let resolver = makeResolver();
  return async (name) => {
    const asked = resolver;
    const four = asked.resolve4(name, { ttl: true }).then((records) => toAnswer(records, 4));
    const six = asked.resolve6(name, { ttl: true }).then((records) => toAnswer(records, 6));
    try {
      return await bothFamilies({ name, timeoutMs, questions: [six, four] });
    } catch (error) {
      // A resolver knows the servers that the system had when it was made; perhaps there are others by now.
      if (!(error instanceof NameNotFoundError) && asked === resolver) resolver = makeResolver();
      throw error;
    }
  };
}

interface Questions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly questions: readonly Promise<Answer>[];
}

/** Both answers, or the first one when the other stays away; the error when there is none. */
function bothFamilies({ name, timeoutMs, questions }: Questions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answers: (Answer | undefined)[] = questions.map(() => undefined);
    const errors: unknown[] = [];
    let open = questions.length;
    const finish = () => {
      clearTimeout(timer);
      const found = answers.filter((answer) => answer !== undefined);
      if (found.length > 0) resolve(merge(found));
      else
        reject(
          errors.length === 0
            ? new ResolverTimeoutError({ host: name, timeoutMs })
            : worst(name, timeoutMs, errors),
        );
    };
    let timer = setTimeout(finish, timeoutMs);
    const settle = () => {
      open -= 1;
      if (open === 0) finish();
    };
    questions.forEach((question, index) => {
      question.then(
        (answer) => {
          answers[index] = answer;
          clearTimeout(timer);
          timer = setTimeout(finish, Math.min(resolutionDelayMs, timeoutMs));
          settle();
        },
        (error: unknown) => {
          errors.push(error);
          settle();
        },
      );
    });
  });
}

function toAnswer(
  records: readonly { readonly address: string; readonly ttl: number }[],
  family: 4 | 6,
): Answer {
  return {
    addresses: records.map(({ address }) => ({ host: address, family })),
    ttlMs: records.reduce((least, { ttl }) => Math.min(least, ttl), Number.POSITIVE_INFINITY) * 1_000,
  };
}

function merge(answers: readonly Answer[]): Answer {
  return {
    addresses: answers.flatMap(({ addresses }) => addresses),
    ttlMs: Math.min(...answers.map(({ ttlMs }) => ttlMs)),
  };
}

/** "No such name" only when every answer says so: with a resolver that is down, nobody knows. */
function worst(host: string, timeoutMs: number, errors: readonly unknown[]): Error {
  const coded = errors.map((cause) => ({ cause, code: codeOf(cause) }));
  const failure = coded.find(({ code }) => !(code in meaningNotFound));
  if (failure === undefined) return new NameNotFoundError({ host, cause: coded[0]?.cause });
  const { cause, code } = failure;
  if (code === "ETIMEOUT") return new ResolverTimeoutError({ host, timeoutMs, cause });
  return new ResolverFailedError({ host, systemCode: code, cause });
}

/** EBADNAME: too long, an empty label, characters that no name has. */
const meaningNotFound: Readonly<Record<string, true>> = Object.assign(Object.create(null), {
  [NOTFOUND]: true,
  [NODATA]: true,
  EBADNAME: true,
});

function codeOf(error: unknown): string {
  const code =
    typeof error === "object" && error !== null ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "unknown";
}
