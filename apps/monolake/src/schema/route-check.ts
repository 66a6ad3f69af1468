import { MonolakeError } from "@monolake/errors";
import { type RouteMatchConfig, RouteTable } from "@monolake/services/http";

/** One pattern that cannot be used. */
export interface RouteProblem {
  /** Which of the paths. */
  readonly index: number;
  /** What was expected and what was found, lower case, no full stop. */
  readonly message: string;
}

/** What is looked at of a route. */
export interface CheckedRoute {
  readonly path: string;
  readonly match?: RouteMatchConfig | undefined;
}

/**
 * Finds what is wrong with the patterns of one server's routes, together. Asks the router itself what it would refuse, so
 * that `check` and `start` cannot disagree.
 */
export function checkRoutes(routes: readonly CheckedRoute[]): readonly RouteProblem[] {
  const problems: RouteProblem[] = [];
  const sound: (CheckedRoute & { value: number })[] = [];
  for (const [value, { path, match }] of routes.entries()) {
    const route = { path, match, value };
    const refusal = refusalOf([route]);
    if (refusal === undefined) sound.push(route);
    else problems.push({ index: value, message: refusal.message });
  }
  return [...problems, ...findConflicts(sound)];
}

type Routes = readonly (CheckedRoute & { readonly value: number })[];

/** Which routes do not go with those before them. Halves the list, as there is mostly no conflict in it at all. */
function findConflicts(routes: Routes, before: Routes = []): RouteProblem[] {
  const [first] = routes;
  const refusal = refusalOf([...before, ...routes]);
  if (refusal === undefined || first === undefined) return [];
  if (routes.length === 1) return [{ index: first.value, message: refusal.message }];
  const middle = routes.length >> 1;
  const problems = findConflicts(routes.slice(0, middle), before);
  const refused = new Set(problems.map((problem) => problem.index));
  const kept = routes.slice(0, middle).filter((route) => !refused.has(route.value));
  return [...problems, ...findConflicts(routes.slice(middle), [...before, ...kept])];
}

function refusalOf(routes: Routes): MonolakeError | undefined {
  try {
    new RouteTable(routes);
    return undefined;
  } catch (error: unknown) {
    if (MonolakeError.is(error) && error.code.startsWith("ERR_ROUTE_")) return error;
    throw error;
  }
}
