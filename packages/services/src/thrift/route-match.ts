import { IntKey, StringKey, type ThriftMessage, type TTHeaderKey } from "@monolake/thrift";

/** Which calls a route is for: those for which all of this holds. */
export interface ThriftRouteMatch {
  /** In front of the method (`Service:method`), or what the TTHeader calls the IDL's service (`isn`). */
  readonly service?: string | undefined;
  /** A method; `get*` for all that begin so. */
  readonly method?: string | undefined;
  /** The service that calls, as the TTHeader says (key 3). */
  readonly caller?: string | undefined;
  /** Keys of the TTHeader with their value; `*` for any. */
  readonly headers?: readonly { readonly key: TTHeaderKey; readonly value: string }[];
}

type Condition = (message: ThriftMessage) => boolean;

const serviceOf = (name: string): string => name.slice(0, Math.max(name.indexOf(":"), 0));

/** The method without its service. */
export const methodOf = (name: string): string => name.slice(name.indexOf(":") + 1);

/** Makes the test of a route; undefined for one that takes every call. */
export function compileMatch(match: ThriftRouteMatch = {}): Condition | undefined {
  const { service, method, caller, headers = [] } = match;
  const conditions: Condition[] = [];
  if (service !== undefined) {
    conditions.push(
      (message) =>
        serviceOf(message.name) === service || message.header?.get(StringKey.idlServiceName) === service,
    );
  }
  if (method?.endsWith("*")) {
    const start = method.slice(0, -1);
    conditions.push((message) => methodOf(message.name).startsWith(start));
  } else if (method !== undefined) {
    conditions.push((message) => methodOf(message.name) === method);
  }
  if (caller !== undefined) conditions.push(headerIs(IntKey.fromService, caller));
  for (const { key, value } of headers) conditions.push(headerIs(key, value));
  const [only] = conditions;
  if (conditions.length < 2) return only;
  return (message) => conditions.every((holds) => holds(message));
}

const headerIs = (key: TTHeaderKey, value: string): Condition =>
  value === "*"
    ? (message) => message.header?.has(key) === true
    : (message) => message.header?.get(key) === value;
