import { contextKey } from "@monolake/service-async";

/** How one request went to its upstreams. Filled by the upstream service and by the HTTP client, as far as it came. */
export class UpstreamRecord {
  /** The address that was tried last, as `formatAddress` writes it. */
  address: string;
  /** How often it was tried, at all addresses; also again where a kept connection turned out to be closed. */
  attempts = 0;
  /** To open the connection of the last try, with the resolution of its name; undefined when a kept one served. */
  connectMs: number | undefined = undefined;
  /** From the first try to the head of the response; undefined when none came. */
  headMs: number | undefined = undefined;
  readonly #startedMs = performance.now();

  constructor(address: string) {
    this.address = address;
  }

  /** The head of the response is there. */
  answered(): void {
    this.headMs = performance.now() - this.#startedMs;
  }
}

/** What is noted of one request while it is served, because somebody will want to know when it is over. */
export class ExchangeRecord {
  /** Values of request fields as the client sent them, before services edit them, in the order the log asked for. */
  readonly requestFields: readonly (string | undefined)[];
  /** Undefined until the request is sent to an upstream. */
  upstream: UpstreamRecord | undefined = undefined;
  /** Why the last upstream that was tried did not answer, when no other one did. */
  upstreamFailure: unknown = undefined;

  constructor(requestFields: readonly (string | undefined)[]) {
    this.requestFields = requestFields;
  }

  /** The request is about to be sent to an upstream, the first one or another. */
  sendingTo(address: string): UpstreamRecord {
    this.upstream ??= new UpstreamRecord(address);
    this.upstream.address = address;
    this.upstream.connectMs = undefined;
    return this.upstream;
  }
}

/** The slot of a request's context for its record; empty when nobody keeps one, and then nothing is measured. */
export const exchangeRecord = contextKey<ExchangeRecord>()("exchangeRecord");
