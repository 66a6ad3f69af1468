import type { Headers } from "../headers/headers.ts";

const protocolsOf = (headers: Headers): readonly string[] =>
  headers.getList("upgrade").map((protocol) => protocol.toLowerCase());

/** Whether a 101 names protocols that the request has offered, and no others (RFC 9110 section 7.8). */
export function isOfferedProtocol(response: Headers, request: Headers): boolean {
  const offered = protocolsOf(request);
  const chosen = protocolsOf(response);
  return chosen.length > 0 && chosen.every((protocol) => offered.includes(protocol));
}
