import type { HttpExchange } from "@monolake/http";
import type { ExchangeRecord } from "./exchange-record.ts";
import { withoutQuery } from "./format-values.ts";
import type { ReadValue } from "./variables.ts";

/** What a format is compiled for. */
export interface LineOptions {
  /** Whether targets, and header fields that hold a URL, keep what follows their first `?`. Default true. */
  readonly query?: boolean | undefined;
  /** Paths whose query is left out in any case. */
  readonly secretQueryPaths?: readonly string[] | undefined;
  /** What `$server` says. */
  readonly server?: string | undefined;
  /** What `$config_version` says. */
  readonly configVersion?: number | undefined;
}

/** A part of every line: the same text each time, or made from an exchange. */
export type Piece = string | ReadValue<string>;

/** Fields that hold a URL, whose query may be as secret as the request's own. */
const urlFields = new Set(["referer", "location", "content-location"]);

/** What the pieces of one format share: its options, and the request fields they ask for. */
export class FormatScope {
  readonly server: string | undefined;
  readonly configVersion: number | undefined;
  /** In the order of `ExchangeRecord.requestFields`. */
  readonly requestFields: string[] = [];
  readonly #query: boolean;
  readonly #secretPaths: ReadonlySet<string>;

  constructor(options: LineOptions) {
    this.server = options.server;
    this.configVersion = options.configVersion;
    this.#query = options.query ?? true;
    this.#secretPaths = new Set(options.secretQueryPaths);
  }

  /** The same value, without its query where the log leaves queries out. */
  target(read: ReadValue<string | undefined>): ReadValue<string | undefined> {
    if (this.#query && this.#secretPaths.size === 0) return read;
    return (exchange, record) => {
      const value = read(exchange, record);
      if (value === undefined) return undefined;
      const path = withoutQuery(value);
      return this.#query && !this.#secretPaths.has(path) ? value : path;
    };
  }

  /** A field of the request, as the client sent it. */
  requestField(name: string): ReadValue<string | undefined> {
    const known = this.requestFields.indexOf(name);
    const index = known === -1 ? this.requestFields.push(name) - 1 : known;
    // What was refused before any service saw it has no record, and its fields are as they came.
    const read = ({ request }: HttpExchange, record: ExchangeRecord | undefined) =>
      record === undefined ? request?.headers.get(name) : record.requestFields[index];
    return urlFields.has(name) ? this.target(read) : read;
  }

  /** A field of the response, as the client got it. */
  responseField(name: string): ReadValue<string | undefined> {
    const read = ({ response }: HttpExchange) => response?.headers.get(name);
    return urlFields.has(name) ? this.target(read) : read;
  }
}
