import type { HttpRequest } from "@monolake/http";
import { hostMatches, hostName, hostRank } from "./request-host.ts";
import { type Mismatch, RouteConditions } from "./route-conditions.ts";
import { parseRoutePattern } from "./route-pattern.ts";
import { type ConditionalRoute, RouteTable } from "./route-table.ts";
import { createRouter } from "./router.ts";

/** Why a route takes a request, or does not. */
export type RouteVerdict =
  | { readonly type: "taken" }
  /** It would take the request, if another did not go first: for what makes that one go first. */
  | { readonly type: "outranked"; readonly by: "host" | "path" | "conditions" | "order" }
  | { readonly type: "host"; readonly expected: readonly string[] }
  | { readonly type: "path" }
  | Mismatch;

/** Says of each route, in their order, why it takes the request or does not. Asks the table that serves requests. */
export function explainRoutes(
  routes: readonly Omit<ConditionalRoute<unknown>, "value">[],
  request: HttpRequest,
  target: string,
): RouteVerdict[] {
  const table = new RouteTable(routes.map(({ path, match }, index) => ({ path, match, value: index })));
  const taken = table.find(request, target)?.value;
  const winner = taken === undefined ? undefined : routes[taken];
  return routes.map((route, index): RouteVerdict => {
    if (index === taken) return { type: "taken" };
    const mismatch = mismatchOf(route, request, target);
    if (mismatch !== undefined) return mismatch;
    if (winner === undefined) throw new TypeError(`nobody took what ${JSON.stringify(route.path)} takes`);
    return { type: "outranked", by: advantageOf(winner, route, hostOf(request)) };
  });
}

type Explained = Omit<ConditionalRoute<unknown>, "value">;

function mismatchOf(
  { path, match }: Explained,
  request: HttpRequest,
  target: string,
): RouteVerdict | undefined {
  const hosts = match?.hosts;
  if (hosts !== undefined && rankFor(hosts, hostOf(request)) === undefined)
    return { type: "host", expected: hosts };
  if (createRouter([{ path, value: path }]).match(target) === undefined) return { type: "path" };
  return new RouteConditions(match).mismatch(request);
}

/** The first rule by which one route goes before another that takes the same request. */
function advantageOf(winner: Explained, other: Explained, name: string) {
  if (rankFor(winner.match?.hosts, name) !== rankFor(other.match?.hosts, name)) return "host";
  if (shapeOf(winner.path) !== shapeOf(other.path)) return "path";
  return new RouteConditions(winner.match).count === new RouteConditions(other.match).count
    ? "order"
    : "conditions";
}

/** How specific the best of the hosts is that a name is one of; undefined when it is none of them. */
function rankFor(hosts: readonly string[] | undefined, name: string): number | undefined {
  if (hosts === undefined) return hostRank(undefined);
  const ranks = hosts
    .map(hostName)
    .filter((host) => hostMatches(host, name))
    .map(hostRank);
  return ranks.length === 0 ? undefined : Math.max(...ranks);
}

const hostOf = (request: HttpRequest): string => hostName(request.headers.get("host") ?? "");

const shapeOf = (path: string): string =>
  parseRoutePattern(path)
    .map((token) => (token.type === "static" ? token.text : `{${token.type}}`))
    .join("");
