import type { Mode } from "../cases/conformance-case.ts";
import { ScriptedUpstream } from "../upstream/scripted-upstream.ts";

/** One way through a proxy, for one case at a time: where its clients connect, and what stands behind it. */
export interface Lane {
  readonly port: number;
  readonly upstream: ScriptedUpstream;
}

/** A proxy that runs, with ways through it that do not meet. */
export interface ProxyUnderTest extends AsyncDisposable {
  readonly title: string;
  readonly lanes: readonly Lane[];
}

/** Where the ways through a proxy begin and end. */
export interface LanePorts {
  readonly listenPort: number;
  readonly upstreamPort: number;
}

/** How Monolake is configured; others know nothing of it. */
export interface ProxySettings {
  readonly mode: Mode;
  /** How many requests may share an upstream connection. */
  readonly pipelining?: number;
}

/** A proxy that this program can start. */
export interface ProxyKind {
  /** What the command line calls it. */
  readonly id: string;
  readonly title: string;
  /** A program of the machine, and the Debian package that brings it. */
  readonly needs?: { readonly program: string; readonly debianPackage: string };
  /** Starts it, ready to serve. */
  readonly start: (ports: readonly LanePorts[], settings: ProxySettings) => Promise<AsyncDisposable>;
}

/** Upstreams for some ways. */
export async function startUpstreams(
  count: number,
  cleanup: AsyncDisposableStack,
): Promise<ScriptedUpstream[]> {
  const upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
  for (const upstream of upstreams) cleanup.use(upstream);
  return upstreams;
}
