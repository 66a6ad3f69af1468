import { endOfSegment } from "./request-path.ts";
import type { PatternToken } from "./route-pattern.ts";

/**
 * A place in the radix tree of all patterns. Children begin with different characters, so a path has at most one
 * static way on; beside it a node has a parameter or a catch-all, never both.
 */
export interface RouteNode<Route> {
  /** What the path must go on with to be here; empty at the root and behind a parameter. */
  prefix: string;
  /** The route whose pattern ends here. */
  route: Route | undefined;
  /** The first character code of each child's prefix, in the order of `children`. */
  firstCodes: number[];
  children: RouteNode<Route>[];
  /** Where the tree goes on behind a parameter. */
  parameter: RouteNode<Route> | undefined;
  catchAll: Route | undefined;
}

export const createRouteNode = <Route>(prefix: string): RouteNode<Route> => ({
  prefix,
  route: undefined,
  firstCodes: [],
  children: [],
  parameter: undefined,
  catchAll: undefined,
});

/** Adds a route to the tree. Returns the one that it conflicts with, and then has not added it. */
export function insertRoute<Route>(
  root: RouteNode<Route>,
  tokens: readonly PatternToken[],
  route: Route,
): Route | undefined {
  let node = root;
  for (const token of tokens) {
    switch (token.type) {
      case "static":
        node = insertText(node, token.text);
        break;
      case "parameter":
        if (node.catchAll !== undefined) return node.catchAll;
        node.parameter ??= createRouteNode("");
        node = node.parameter;
        break;
      case "catch-all": {
        const existing = node.catchAll ?? (node.parameter && firstRoute(node.parameter));
        if (existing === undefined) node.catchAll = route;
        return existing;
      }
    }
  }
  if (node.route !== undefined) return node.route;
  node.route = route;
  return undefined;
}

/** The node that lies `text` behind `node`; made, splitting another where needed, if there is none. */
function insertText<Route>(node: RouteNode<Route>, text: string): RouteNode<Route> {
  while (text !== "") {
    const index = node.firstCodes.indexOf(text.charCodeAt(0));
    const child = node.children[index];
    if (child === undefined) {
      const leaf = createRouteNode<Route>(text);
      node.firstCodes.push(text.charCodeAt(0));
      node.children.push(leaf);
      return leaf;
    }
    const shared = sharedLength(child.prefix, text);
    const next = shared < child.prefix.length ? splitNode(child, shared) : child;
    node.children[index] = next;
    node = next;
    text = text.slice(shared);
  }
  return node;
}

/** Puts a node for the first `length` characters in front of `node`, and returns it. */
function splitNode<Route>(node: RouteNode<Route>, length: number): RouteNode<Route> {
  const upper = createRouteNode<Route>(node.prefix.slice(0, length));
  node.prefix = node.prefix.slice(length);
  upper.firstCodes.push(node.prefix.charCodeAt(0));
  upper.children.push(node);
  return upper;
}

function sharedLength(first: string, second: string): number {
  let length = 0;
  while (length < first.length && first[length] === second[length]) length += 1;
  return length;
}

/** Any route at or below `node`. Nodes are only made for a route, so there is one. */
function firstRoute<Route>(node: RouteNode<Route>): Route | undefined {
  if (node.route !== undefined) return node.route;
  if (node.catchAll !== undefined) return node.catchAll;
  for (const child of node.children) {
    const route = firstRoute(child);
    if (route !== undefined) return route;
  }
  return node.parameter && firstRoute(node.parameter);
}

/** Decides whether a route that fits the path is taken; the next best one is looked for otherwise. */
export interface RouteSelector<in Route> {
  takes(route: Route): boolean;
}

/**
 * The route for the path in `target` from `position` to `end`, the first that a selector takes. Each node lies at one
 * position of a given path, so none is visited twice and the cost is bounded by the size of the tree, whatever the path.
 */
// biome-ignore lint/complexity/useMaxParams: an object for every step of every path would cost
export function findRoute<Route>(
  node: RouteNode<Route>,
  target: string,
  position: number,
  end: number,
  selector?: RouteSelector<Route>,
): Route | undefined {
  for (;;) {
    const behind = position + node.prefix.length;
    if (behind > end || !target.startsWith(node.prefix, position)) return undefined;
    position = behind;
    if (position === end) return selector === undefined ? node.route : taken(node.route, selector);
    const child = childFor(node, target.charCodeAt(position));
    if (node.parameter === undefined && node.catchAll === undefined) {
      if (child === undefined) return undefined;
      node = child;
      continue;
    }
    if (child !== undefined) {
      const found = findRoute(child, target, position, end, selector);
      if (found !== undefined) return found;
    }
    if (node.parameter === undefined)
      return selector === undefined ? node.catchAll : taken(node.catchAll, selector);
    node = node.parameter;
    position = endOfSegment(target, position, end);
  }
}

const taken = <Route>(route: Route | undefined, selector: RouteSelector<Route>): Route | undefined =>
  route !== undefined && selector.takes(route) ? route : undefined;

function childFor<Route>(node: RouteNode<Route>, code: number): RouteNode<Route> | undefined {
  const codes = node.firstCodes;
  for (let index = 0; index < codes.length; index += 1) {
    if (codes[index] === code) return node.children[index];
  }
  return undefined;
}
