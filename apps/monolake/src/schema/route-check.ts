import { MonolakeError } from "@monolake/errors";
import type { RouteCheck, RouteProblem } from "./http-server-schema.ts";

/** Makes something of routes, and throws ERR_ROUTE_PATTERN_INVALID or ERR_ROUTE_CONFLICT when it cannot. */
export type MakeRouter = (routes: readonly { readonly path: string; readonly value: number }[]) => unknown;

/** Asks the router itself what it would refuse, so that `check` and `start` cannot disagree. */
export function createRouteCheck(makeRouter: MakeRouter): RouteCheck {
  return (paths) => {
    const problems: RouteProblem[] = [];
    const sound: { path: string; value: number }[] = [];
    for (const [value, path] of paths.entries()) {
      const refusal = refusalOf(makeRouter, [{ path, value }]);
      if (refusal === undefined) sound.push({ path, value });
      else problems.push({ index: value, message: refusal.message });
    }
    return [...problems, ...findConflicts(makeRouter, sound)];
  };
}

type Routes = Parameters<MakeRouter>[0];

/** Which routes do not go with those before them. Halves the list, as there is mostly no conflict in it at all. */
function findConflicts(makeRouter: MakeRouter, routes: Routes, before: Routes = []): RouteProblem[] {
  const [first] = routes;
  const refusal = refusalOf(makeRouter, [...before, ...routes]);
  if (refusal === undefined || first === undefined) return [];
  if (routes.length === 1) return [{ index: first.value, message: refusal.message }];
  const middle = routes.length >> 1;
  const problems = findConflicts(makeRouter, routes.slice(0, middle), before);
  const refused = new Set(problems.map((problem) => problem.index));
  const kept = routes.slice(0, middle).filter((route) => !refused.has(route.value));
  return [...problems, ...findConflicts(makeRouter, routes.slice(middle), [...before, ...kept])];
}

function refusalOf(makeRouter: MakeRouter, routes: Routes): MonolakeError | undefined {
  try {
    makeRouter(routes);
    return undefined;
  } catch (error: unknown) {
    if (MonolakeError.is(error) && error.code.startsWith("ERR_ROUTE_")) return error;
    throw error;
  }
}
