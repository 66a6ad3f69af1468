import type { HttpRequest } from "@monolake/http";
import type { Has, MayHave } from "@monolake/service-async";
import type { clientAddress, peerAddress, remoteAddress } from "../../common/addresses.ts";
import type { requestId } from "../forwarding/request-id.ts";
import { hostName } from "../routing/request-host.ts";
import { endOfPath } from "../routing/request-path.ts";
import type { RouteParameters } from "../routing/router.ts";

/** What templates know of a request: slots of its context. */
export type TemplateContext = Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof clientAddress> &
  MayHave<typeof requestId>;

/** What kind of text a value is: a piece of a path or of a query keeps its encoding, everything else has none. */
export type ValueKind = "path" | "query" | "plain";

/** What is read of a request, as it was before anything of it was changed. */
interface RequestFacts {
  readonly method: string;
  readonly target: string;
  /** The Host field. */
  readonly host: string;
}

interface Variable {
  readonly kind: ValueKind;
  readonly read: (request: RequestFacts, context: TemplateContext) => string;
}

const variables: Readonly<Record<string, Variable>> = {
  client_addr: { kind: "plain", read: (_request, context) => clientOf(context) },
  host: { kind: "plain", read: ({ host }) => hostName(host) },
  request_id: { kind: "plain", read: (_request, context) => context.requestId ?? "" },
  method: { kind: "plain", read: ({ method }) => method },
  path: { kind: "path", read: ({ target }) => target.slice(0, endOfPath(target)) },
  query: { kind: "query", read: ({ target }) => target.slice(endOfPath(target) + 1) },
};

export const variableNames: readonly string[] = Object.keys(variables);

export const isVariable = (name: string): boolean => Object.hasOwn(variables, name);

export const kindOfVariable = (name: string): ValueKind => variables[name]?.kind ?? "plain";

/** As trusted proxies tell, a PROXY header, or the connection; empty for a client on a unix socket. */
function clientOf(context: TemplateContext): string {
  const address = context.clientAddress ?? context.remoteAddress ?? context.peerAddress;
  return address.type === "unix" ? "" : address.host.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** The values of one request, before anything of it is changed. */
export class TemplateValues {
  readonly #request: RequestFacts;
  readonly #context: TemplateContext;
  readonly #parametersOf: (target: string) => RouteParameters;
  #parameters: RouteParameters | undefined;

  constructor(
    request: HttpRequest,
    context: TemplateContext,
    parametersOf: (target: string) => RouteParameters,
  ) {
    const { method, target, headers } = request;
    this.#request = { method, target, host: headers.get("host") ?? "" };
    this.#context = context;
    this.#parametersOf = parametersOf;
  }

  /** A piece of the path in normal form, with its encoding. */
  parameter(name: string): string {
    this.#parameters ??= this.#parametersOf(this.#request.target);
    return this.#parameters[name] ?? "";
  }

  variable(name: string): string {
    return variables[name]?.read(this.#request, this.#context) ?? "";
  }
}
