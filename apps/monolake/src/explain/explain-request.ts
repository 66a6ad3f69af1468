import { hiddenValue, isSecretName } from "@monolake/config";
import type { HttpRequest } from "@monolake/http";
import {
  answerOfLastRecipient,
  explainRoutes,
  normalTarget,
  RouteActions,
  RouteTable,
  type RouteVerdict,
  upstreamTarget,
} from "@monolake/services/http";
import { formatAddress } from "@monolake/streams";
import type { HttpServerConfig, RouteConfig } from "../schema/index.ts";
import { layersOf } from "./layers.ts";

/** What would become of a request. */
export interface RequestExplanation {
  /** Whether a route takes it. */
  readonly taken: boolean;
  /** Lines for people; ends with a line feed. */
  readonly text: string;
}

/** Says what a server would do with a request, by asking the code that does it. */
export function explainRequest(server: HttpServerConfig, request: HttpRequest): RequestExplanation {
  const target = normalTarget(request.target);
  if (target === undefined)
    return {
      taken: false,
      text: "answered with 400: the path means different things to different readers\n",
    };
  const asSent = request.target;
  request.target = target;
  const { routes } = server;
  const verdicts = explainRoutes(routes, request, target);
  const index = verdicts.findIndex(({ type }) => type === "taken");
  const route = routes[index];
  const lines = [
    `layers: ${layersOf(server).join(" -> ")}`,
    ...(asSent === target ? [] : [`path in normal form: ${target}`]),
    ...(route === undefined
      ? refusalLines(routes, request, target)
      : takenLines(server, route, { index, request })),
    ...otherLines(routes, verdicts),
  ];
  return { taken: route !== undefined, text: `${lines.join("\n")}\n` };
}

function refusalLines(routes: readonly RouteConfig[], request: HttpRequest, target: string): string[] {
  const table = new RouteTable(routes.map(({ path, match }) => ({ path, match, value: path })));
  const allowed = table.allowedMethods(request, target);
  return allowed.length === 0
    ? ["no route takes it: answered with 404"]
    : [`no route takes ${request.method}: answered with 405, Allow: ${allowed.join(", ")}`];
}

function takenLines(
  server: HttpServerConfig,
  route: RouteConfig,
  { index, request }: { readonly index: number; readonly request: HttpRequest },
): string[] {
  const lines = [`route ${index + 1} takes it: ${route.path}${conditionsOf(route)}`];
  const actions = RouteActions.of(
    { ...route, answer: route.answer?.type === "redirect" ? route.answer : undefined },
    route.path,
  );
  const context = { peerAddress: { type: "socket", host: "client", port: 0 } as const };
  const values = actions?.values(request, context);
  if (route.answer?.type === "respond") return [...lines, `  answers with ${route.answer.status} by itself`];
  if (route.answer?.type === "redirect" && values !== undefined) {
    const location = actions?.answer?.(request, values)?.headers.get("location");
    const answer =
      location === undefined
        ? "answered with 400: it names no host"
        : `redirects with ${route.answer.status} to ${location}`;
    return [...lines, `  ${answer}`];
  }
  if (actions?.target !== undefined && values !== undefined) {
    const rewritten = actions.target.expand(values);
    if (rewritten === undefined)
      return [...lines, "  answered with 400: the rewritten path is not in normal form"];
    lines.push(`  path rewritten to ${rewritten}`);
    request.target = rewritten;
  }
  if (route.requestHeaders !== undefined) lines.push(`  request header: ${editsOf(route.requestHeaders)}`);
  if (route.responseHeaders !== undefined) lines.push(`  response header: ${editsOf(route.responseHeaders)}`);
  return [...lines, ...destinationLines(server, route, request)];
}

function destinationLines(server: HttpServerConfig, route: RouteConfig, request: HttpRequest): string[] {
  if (route.module !== undefined) return [`  answered by the module ${route.module}`];
  const own = answerOfLastRecipient(request);
  if (own !== undefined)
    return [`  answered with ${own.status}: ${request.method} goes no further than here`];
  const pathMode = route.rewrite === undefined ? route.pathMode : "keep";
  const lines = route.upstreams.map((upstream) => {
    const { address, host, preserveHost, path } = upstreamTarget(upstream, { ...route, pathMode });
    const keepsHost = preserveHost ?? server.upstreamHost === "preserve";
    const sentHost = keepsHost ? (request.headers.get("host") ?? "") : host.value;
    const place = `${formatAddress(address)}${upstream.tls === undefined ? "" : " over TLS"}`;
    return `    ${place}: ${request.method} ${path(request.target)}, Host: ${sentHost}`;
  });
  return [
    `  ${route.upstreams.length === 1 ? "goes to" : `goes to one of (${route.loadBalancer})`}`,
    ...lines,
  ];
}

const otherLines = (routes: readonly RouteConfig[], verdicts: readonly RouteVerdict[]): string[] =>
  verdicts.flatMap((verdict, index) => {
    const route = routes[index];
    return verdict.type === "taken" || route === undefined
      ? []
      : [`route ${index + 1} does not: ${route.path}${conditionsOf(route)}: ${reasonOf(verdict)}`];
  });

function reasonOf(verdict: Exclude<RouteVerdict, { type: "taken" }>): string {
  switch (verdict.type) {
    case "outranked":
      return `would take it, but the ${advantages[verdict.by]}`;
    case "path":
      return "another path";
    case "host":
      return `for the host ${verdict.expected.join(" or ")}`;
    case "method":
      return `for the method ${verdict.expected.join(" or ")}`;
    case "header":
      return `for the header ${verdict.name}: ${shown(verdict.name, verdict.expected)}`;
    case "query":
      return `for the query ${verdict.name}=${shown(verdict.name, verdict.expected)}`;
    default: {
      const never: never = verdict;
      throw new TypeError(`unknown verdict ${JSON.stringify(never)}`);
    }
  }
}

const advantages = {
  host: "other is for a more specific host",
  path: "other has a more specific path",
  conditions: "other has more conditions",
  order: "other comes first in the file",
} as const;

const conditionsOf = ({ match }: RouteConfig): string =>
  match === undefined
    ? ""
    : ` ${JSON.stringify(match, (name: string, value: unknown) => (isSecretName(name) ? hiddenValue : value))}`;

const shown = (name: string, value: string): string => (isSecretName(name) ? hiddenValue : value);

const editsOf = ({ set = {}, add = {}, remove = [] }: NonNullable<RouteConfig["requestHeaders"]>): string =>
  [
    ...remove.map((name) => `without ${name}`),
    ...Object.entries(set).map(([name, value]) => `${name} = ${shown(name, value)}`),
    ...Object.entries(add).map(([name, value]) => `${name} + ${shown(name, value)}`),
  ].join(", ");
