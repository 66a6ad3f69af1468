import { Headers } from "@monolake/http";
import { parseNodeAddress } from "../../common/node-address.ts";

/** What one proxy tells in Forwarded of the request that came to it (RFC 7239 section 4); empty where it does not. */
export interface ForwardedElement {
  readonly for: string;
  readonly proto: string;
  readonly host: string;
}

const pair = /\s*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))\s*)?(?:;|$)/y;

/** The elements of Forwarded. A line with a quoted string that does not end tells nothing: it would swallow what is behind it. */
export function forwardedElements(headers: Headers): ForwardedElement[] {
  const values = headers.getAll("forwarded");
  const closed = values.filter(quotesClose);
  const told = closed.length === values.length ? headers : new Headers({ Forwarded: closed });
  return told.getList("forwarded").map(parseElement);
}

/** Takes lines out whose quoted strings do not end (RFC 9110 section 5.6.4). */
export function dropOpenQuotes(headers: Headers): void {
  const values = headers.getAll("forwarded");
  if (values.every(quotesClose)) return;
  headers.delete("forwarded");
  for (const value of values) if (quotesClose(value)) headers.append("Forwarded", value);
}

const quotesClose = (value: string): boolean =>
  !value.includes('"') || /^[^"]*(?:"(?:[^"\\]|\\.)*"[^"]*)*$/.test(value);

function parseElement(text: string): ForwardedElement {
  const element = { for: "", proto: "", host: "" };
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    // What follows a pair that is none may stand in somebody's quotes.
    if (match === null) break;
    const [, name = "", quoted, token] = match;
    const key = name.toLowerCase();
    if (key === "for" || key === "proto" || key === "host")
      element[key] ||= quoted?.replaceAll(/\\(.)/g, "$1") ?? token ?? "";
  }
  return element;
}

/** An element, without what is empty; `for` is an address, or anything else for who has none. */
export function formatElement(element: ForwardedElement): string {
  const pairs: string[] = [];
  if (element.for !== "") pairs.push(`for=${formatNode(element.for)}`);
  if (element.proto !== "") pairs.push(`proto=${element.proto}`);
  if (element.host !== "") pairs.push(`host="${element.host}"`);
  return pairs.join(";");
}

/** RFC 7239 section 6: IPv6 in brackets and quoted; what has no address is unknown. */
function formatNode(node: string): string {
  const address = parseNodeAddress(node);
  if (address?.type !== "socket") return "unknown";
  return address.host.includes(":") ? `"[${address.host}]"` : address.host;
}
