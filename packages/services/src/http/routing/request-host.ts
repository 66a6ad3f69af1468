/** The name in a Host field: without port and last dot, in lower case; an IPv6 address keeps its brackets. */
export function hostName(host: string): string {
  const name = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : host.split(":", 1)[0];
  return (name ?? "").replace(/\.$/, "").toLowerCase();
}

/** Whether a name is one that `host` stands for; `*.example.com` stands for all below it, not for itself. */
export const hostMatches = (host: string, name: string): boolean =>
  host.startsWith("*.") ? name.length > host.length - 1 && name.endsWith(host.slice(1)) : host === name;

/** Of two that match: an exact name before a wildcard, a longer wildcard before a shorter one, any host last. */
export function hostRank(host: string | undefined): number {
  if (host === undefined) return 0;
  return host.startsWith("*.") ? host.length : Number.POSITIVE_INFINITY;
}
