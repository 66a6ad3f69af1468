/** RFC 1035 section 2.3.4, without the last dot. */
const longestName = 253;

/**
 * The name in a Host field, or in the configuration of a route: without port and last dot, in lower case; an IPv6 address keeps its brackets. Empty for one that is
 * too long for a name: to look for each of its ends would keep the worker busy.
 */
export function hostName(host: string): string {
  const text = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : host.split(":", 1)[0];
  const name = (text ?? "").replace(/\.$/, "").toLowerCase();
  return name.length <= longestName ? name : "";
}

/** Whether a name is one that `host` stands for; `*.example.com` stands for all below it, not for itself. */
export const hostMatches = (host: string, name: string): boolean =>
  host.startsWith("*.") ? name.length > host.length - 1 && name.endsWith(host.slice(1)) : host === name;

/** Of two that match: an exact name before a wildcard, a longer wildcard before a shorter one, any host last. */
export function hostRank(host: string | undefined): number {
  if (host === undefined) return 0;
  return host.startsWith("*.") ? host.length : Number.POSITIVE_INFINITY;
}
