import { contextKey } from "@monolake/service-async";

/** How one request went to its upstream. Filled by the upstream service and the HTTP client. */
export class UpstreamRecord {
  /** The address it was sent to, as `formatAddress` writes it. */
  readonly address: string;
  /** How often it was sent: 2 when a kept connection turned out to be closed. 0 when no connection could be had. */
  attempts = 0;
  /** To open a connection, with the resolution of its name; undefined when a kept one served. */
  connectMs: number | undefined = undefined;
  /** From asking for a connection to the head of the response; undefined when none came. */
  headMs: number | undefined = undefined;

  constructor(address: string) {
    this.address = address;
  }
}

/** What is noted of one request while it is served, because somebody will want to know when it is over. */
export class ExchangeRecord {
  /** Values of request fields as the client sent them, before services edit them, in the order the log asked for. */
  readonly requestFields: readonly (string | undefined)[];
  /** Undefined until the request is sent to an upstream. */
  upstream: UpstreamRecord | undefined = undefined;

  constructor(requestFields: readonly (string | undefined)[]) {
    this.requestFields = requestFields;
  }
}

/** The slot of a request's context for its record; empty when nobody keeps one, and then nothing is measured. */
export const exchangeRecord = contextKey<ExchangeRecord>()("exchangeRecord");
