import type { HttpRequest } from "../message/request.ts";

const slash = 0x2f;

/**
 * Turns a target in absolute-form into origin-form and puts its authority into Host, whatever stood there
 * (RFC 9112 section 3.2.2). Other targets stay as they are.
 */
export function toOriginForm(request: HttpRequest): void {
  const { method, target } = request;
  if (target.charCodeAt(0) === slash || target === "*" || method === "CONNECT") return;
  const start = target.indexOf("//") + 2;
  request.scheme = start === "https://".length ? "https" : "http";
  const length = target.slice(start).search(/[/?]/);
  const end = length === -1 ? target.length : start + length;
  request.headers.set("Host", target.slice(start, end));
  const rest = target.slice(end);
  // RFC 9112 section 3.2.4: OPTIONS without a path is about the server.
  if (rest === "") request.target = method === "OPTIONS" ? "*" : "/";
  else request.target = rest.startsWith("?") ? `/${rest}` : rest;
}
