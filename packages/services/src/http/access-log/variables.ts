import { MonolakeError } from "@monolake/errors";
import type { HttpExchange } from "@monolake/http";
import type { Has, MayHave } from "@monolake/service-async";
import type { clientAddress, peerAddress, remoteAddress } from "../../common/addresses.ts";
import type { requestId } from "../forwarding/request-id.ts";
import type { matchedRoute } from "../route.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { formatClfTime, formatIsoTime } from "./format-values.ts";

/** Where a value comes from: the exchange, and what was noted of it, if it came as far as a handler. */
export type ReadValue<Value> = (exchange: HttpExchange, record: ExchangeRecord | undefined) => Value;

/**
 * What a line can say, and of which kind it is.
 * - "plain": text of this package's own making, nothing in it needs escaping
 * - "bytes": what somebody sent, a character for each byte; "unicode": what stands in a configuration
 * - "count": a whole number; "duration": milliseconds with decimals; "flag": true or false
 * - "target": "bytes" that may have a query, which the log may leave out
 */
export type AccessVariable =
  | { readonly kind: "plain" | "bytes" | "unicode" | "target"; readonly read: ReadValue<string | undefined> }
  | { readonly kind: "count" | "duration"; readonly read: ReadValue<number | undefined> }
  | { readonly kind: "flag"; readonly read: ReadValue<boolean> };

/** What the log would like to find in a context. */
type LogContext = Partial<Has<typeof peerAddress>> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof clientAddress> &
  MayHave<typeof requestId> &
  MayHave<typeof matchedRoute>;

const contextOf = (exchange: HttpExchange): LogContext => exchange.context as LogContext;

const clientOf = (exchange: HttpExchange) => {
  const context = contextOf(exchange);
  return context.clientAddress ?? context.remoteAddress ?? context.peerAddress;
};

/** The path of a unix peer is left out: the peer chose it. */
function hostOf(address: ReturnType<typeof clientOf>): string | undefined {
  if (address === undefined) return undefined;
  return address.type === "unix" ? "unix:" : address.host;
}

const text = (kind: "plain" | "bytes" | "unicode" | "target", read: ReadValue<string | undefined>) =>
  ({ kind, read }) as const;
const count = (read: ReadValue<number | undefined>) => ({ kind: "count", read }) as const;
const duration = (read: ReadValue<number | undefined>) => ({ kind: "duration", read }) as const;

/** Every variable that has a name of its own. */
export const accessVariables = {
  time_iso: text("plain", ({ receivedAtMs }) => formatIsoTime(receivedAtMs)),
  time_local: text("plain", ({ receivedAtMs }) => formatClfTime(receivedAtMs)),
  time_epoch_ms: count(({ receivedAtMs }) => Math.floor(receivedAtMs)),
  remote_addr: text("bytes", (exchange) => hostOf(clientOf(exchange))),
  remote_port: count((exchange) => {
    const client = clientOf(exchange);
    // Proxies seldom tell the port.
    return client?.type === "socket" && client.port > 0 ? client.port : undefined;
  }),
  request_id: text("bytes", (exchange) => contextOf(exchange).requestId),
  peer_addr: text("bytes", (exchange) => hostOf(contextOf(exchange).peerAddress)),
  method: text("bytes", ({ method }) => method),
  target: text("target", ({ target }) => target),
  protocol: text("plain", ({ version }) => (version === undefined ? undefined : protocolName(version))),
  status: count(({ response }) => response?.status),
  request_bytes: count(({ requestBytes }) => requestBytes),
  response_bytes: count(({ responseBytes }) => responseBytes),
  handler_ms: duration(({ handlerMs }) => handlerMs),
  duration_ms: duration(({ totalMs }) => totalMs),
  route: text("unicode", (exchange) => contextOf(exchange).matchedRoute?.pattern),
  upstream_addr: text("unicode", (_, record) => record?.upstream?.address),
  upstream_attempts: count((_, record) => record?.upstream?.attempts),
  upstream_connect_ms: duration((_, record) => record?.upstream?.connectMs),
  upstream_head_ms: duration((_, record) => record?.upstream?.headMs),
  complete: { kind: "flag", read: ({ complete }) => complete },
  error_code: text("bytes", ({ error }, record) => codeOf(error ?? record?.upstreamFailure)),
} as const satisfies Record<string, AccessVariable>;

/** Variables that stand for something the log is made with, the same in every line. */
export const constantVariables = ["server", "config_version"] as const;

/** Short names of header fields that nearly every log has. */
export const fieldVariables: Readonly<Record<string, string>> = {
  host: "host",
  referer: "referer",
  user_agent: "user-agent",
};

const protocols = { "1.0": "HTTP/1.0", "1.1": "HTTP/1.1", "2": "HTTP/2.0" } as const;

/** As it stands in a request line, and as Apache httpd and nginx write what has none. */
const protocolName = (version: keyof typeof protocols): string => protocols[version];

function codeOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (MonolakeError.is(error)) return error.code;
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "unknown";
}
