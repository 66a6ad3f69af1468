import type { Headers } from "@monolake/http";
import { parseNodeAddress } from "../../common/node-address.ts";
import type { TrustedProxies } from "../../common/trusted-proxies.ts";
import {
  dropOpenQuotes,
  type ForwardedElement,
  formatElement,
  forwardedElements,
} from "./forwarded-element.ts";
import { clientIndex, forwardedFor } from "./told-nodes.ts";

/** Nobody has more proxies in front; more are not translated. */
const mostNodes = 32;
const scheme = /^[a-z][a-z0-9+.-]{0,31}$/i;
/** What may stand in quotes, and is a host. */
const host = /^[\w.~%:[\]-]+$/;

/** A request as this proxy sees it. */
export interface OwnView {
  /** Of the peer; empty where it has none. */
  readonly address: string;
  readonly host: string | undefined;
  readonly scheme: string;
}

/** Whose word is taken. */
export interface Believed {
  readonly trusted: TrustedProxies;
  /** The peer is no trusted proxy, and what it says is believed all the same, back to the first that says something. */
  readonly anybody: boolean;
}

/**
 * Adds to what proxies in front have told in X-Forwarded-For, -Proto, -Host and Forwarded, which are two ways of saying the same. Lists get one more element;
 * scheme and host are those that the first proxy saw. Where only one of the ways came, the other one is made of it, so that they do
 * not contradict each other. Where both came, each is believed for itself.
 */
export function appendForwarding(
  headers: Headers,
  own: OwnView,
  { believed, rfc7239 }: { readonly believed: Believed; readonly rfc7239: boolean },
): void {
  if (rfc7239) dropOpenQuotes(headers);
  const elements = forwardedElements(headers).slice(-mostNodes);
  const translated = elements.length === 0 ? fromList(headers, believed) : [];
  appendList(headers, elements, own, believed);
  if (!rfc7239) return;
  const added = [...translated, { for: own.address || "unknown", proto: own.scheme, host: own.host ?? "" }];
  headers.set("Forwarded", [...headers.getAll("forwarded"), ...added.map(formatElement)].join(", "));
}

/** Forwarded for what X-Forwarded-For, -Proto and -Host say (RFC 7239 section 7.4). */
function fromList(headers: Headers, believed: Believed): ForwardedElement[] {
  const nodes = forwardedFor(headers).slice(-mostNodes);
  const proto = matching(scheme, firstOf(headers.get("x-forwarded-proto")));
  const named = matching(host, firstOf(headers.get("x-forwarded-host")));
  if (nodes.length === 0) return proto === "" && named === "" ? [] : [{ for: "", proto, host: named }];
  const first = firstBelieved(nodes, believed);
  return nodes.map((node, index) =>
    index === first ? { for: node, proto, host: named } : { for: node, proto: "", host: "" },
  );
}

/** X-Forwarded-For, -Proto and -Host. */
function appendList(
  headers: Headers,
  elements: readonly ForwardedElement[],
  own: OwnView,
  believed: Believed,
): void {
  const came = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"].some((name) => headers.has(name));
  const nodes = headers.has("x-forwarded-for")
    ? headers.getAll("x-forwarded-for")
    : elements.filter((element) => element.for !== "").map(listed);
  if (own.address !== "") nodes.push(own.address);
  if (nodes.length > 0) headers.set("X-Forwarded-For", nodes.join(", "));
  const first = firstBelieved(
    elements.map((element) => element.for),
    believed,
  );
  const told = elements.slice(Math.max(0, first));
  const fill = (name: string, toldValue: string | undefined, ownValue: string | undefined) => {
    if (headers.has(name)) return;
    // Somebody who tells the rest in this way but not this may have passed on what a stranger says in the other.
    const value = toldValue === undefined ? ownValue : came ? undefined : toldValue;
    if (value !== undefined) headers.set(name, value);
  };
  fill(
    "X-Forwarded-Proto",
    told.map(({ proto }) => proto).find((text) => scheme.test(text)),
    own.scheme,
  );
  fill(
    "X-Forwarded-Host",
    told.map((element) => element.host).find((text) => host.test(text)),
    own.host,
  );
}

/** As X-Forwarded-For names somebody. */
function listed(element: ForwardedElement): string {
  const address = parseNodeAddress(element.for);
  return address?.type === "socket" ? address.host : "unknown";
}

const firstBelieved = (nodes: readonly string[], { trusted, anybody }: Believed): number =>
  anybody ? 0 : clientIndex(nodes, trusted);

/** Of a list, as those write it who add to it. */
export const firstOf = (value: string | undefined): string => value?.split(",")[0]?.trim() ?? "";

const matching = (pattern: RegExp, text: string): string => (pattern.test(text) ? text : "");
