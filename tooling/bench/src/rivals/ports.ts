/** The two ports that the runner gives to a rival on its command line: where to listen, and where its upstream is. */
export function portsFromCommandLine(): { readonly listenPort: number; readonly upstreamPort: number } {
  const [listenPort, upstreamPort] = process.argv.slice(2).map(Number);
  if (!listenPort || !upstreamPort) throw new Error("usage: node RIVAL.ts LISTEN-PORT UPSTREAM-PORT");
  return { listenPort, upstreamPort };
}
