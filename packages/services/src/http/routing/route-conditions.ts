import type { HttpRequest } from "@monolake/http";
import { endOfPath } from "./request-path.ts";

/** What a request has to be like beside its path, for a route to take it. All of it has to hold. */
export interface RouteMatchConfig {
  /** Names without port: `api.example.com`, or `*.example.com` for everything below it. One of them. Left out: any. */
  readonly hosts?: readonly string[] | undefined;
  /** One of them; `GET` takes HEAD, too. Left out: any. */
  readonly methods?: readonly string[] | undefined;
  /** Header fields with the value that one of their lines has to have; `*` for any. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Parameters of the query with their decoded value; `*` for any. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** What of a route does not hold for a request. */
export type Mismatch =
  | { readonly type: "method"; readonly expected: readonly string[] }
  | { readonly type: "header" | "query"; readonly name: string; readonly expected: string };

const anyValue = "*";

/** The conditions of a route but host and path. */
export class RouteConditions {
  /** Of two routes with the same path, the one with more conditions goes first. */
  readonly count: number;
  /** The same text for the same conditions. */
  readonly identity: string;
  /** In upper and lower case as they are configured: methods are case-sensitive (RFC 9110 section 9.1). */
  readonly methods: readonly string[] | undefined;
  readonly #headers: readonly (readonly [name: string, value: string])[];
  readonly #query: readonly (readonly [name: string, value: string])[];

  constructor({ methods, headers, query }: RouteMatchConfig = {}) {
    this.methods = methods === undefined ? undefined : withHead(methods);
    this.#headers = sorted(headers).map(([name, value]) => [name.toLowerCase(), value]);
    this.#query = sorted(query);
    this.count = (methods === undefined ? 0 : 1) + this.#headers.length + this.#query.length;
    this.identity = JSON.stringify([this.methods?.toSorted(), this.#headers, this.#query]);
  }

  hold(request: HttpRequest): boolean {
    return this.takesMethod(request.method) && this.holdButMethod(request);
  }

  takesMethod(method: string): boolean {
    return this.methods === undefined || this.methods.includes(method);
  }

  holdButMethod(request: HttpRequest): boolean {
    return this.#mismatchInHead(request) === undefined;
  }

  /** The first that does not hold. */
  mismatch(request: HttpRequest): Mismatch | undefined {
    if (this.methods !== undefined && !this.takesMethod(request.method))
      return { type: "method", expected: this.methods };
    return this.#mismatchInHead(request);
  }

  #mismatchInHead({ headers, target }: HttpRequest): Mismatch | undefined {
    for (const [name, expected] of this.#headers) {
      if (expected === anyValue ? !headers.has(name) : !headers.getAll(name).includes(expected))
        return { type: "header", name, expected };
    }
    if (this.#query.length === 0) return undefined;
    const parameters = parametersOf(target);
    for (const [name, expected] of this.#query) {
      if (expected === anyValue ? !parameters.has(name) : !parameters.has(name, expected))
        return { type: "query", name, expected };
    }
    return undefined;
  }
}

let lastQuery = "";
let lastParameters = new URLSearchParams();

/** All routes at a path ask for those of the same request: a long query takes a millisecond to read. */
function parametersOf(target: string): URLSearchParams {
  const query = target.slice(endOfPath(target) + 1);
  if (query !== lastQuery) {
    lastParameters = new URLSearchParams(query);
    lastQuery = query;
  }
  return lastParameters;
}

/** RFC 9110 section 9.3.2: HEAD is GET without the content. */
const withHead = (methods: readonly string[]): readonly string[] =>
  methods.includes("GET") && !methods.includes("HEAD") ? [...methods, "HEAD"] : methods;

const sorted = (table: Readonly<Record<string, string>> = {}): (readonly [string, string])[] =>
  Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1));
