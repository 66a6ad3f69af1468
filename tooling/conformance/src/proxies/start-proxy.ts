import { ScriptedUpstream } from "../upstream/scripted-upstream.ts";
import { freePorts } from "./free-ports.ts";
import {
  type Lane,
  type ProxyKind,
  type ProxySettings,
  type ProxyUnderTest,
  startUpstreams,
} from "./proxy.ts";

/** Starts a proxy with as many ways through it. */
export async function startProxy(
  kind: ProxyKind,
  lanes: number,
  settings: ProxySettings,
): Promise<ProxyUnderTest> {
  await using cleanup = new AsyncDisposableStack();
  const upstreams = await startUpstreams(lanes, cleanup);
  const ports = await freePorts(lanes);
  const running = upstreams.map((upstream, index): Lane => ({ port: ports[index] as number, upstream }));
  cleanup.use(
    await kind.start(
      running.map(({ port, upstream }) => ({ listenPort: port, upstreamPort: upstream.port })),
      settings,
    ),
  );
  const owned = cleanup.move();
  return { title: kind.title, lanes: running, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A proxy that runs already, and sends everything to `upstreamPort` of 127.0.0.1. */
export async function foreignProxy(port: number, upstreamPort: number): Promise<ProxyUnderTest> {
  const upstream = await ScriptedUpstream.start(upstreamPort);
  return {
    title: `127.0.0.1:${port}`,
    lanes: [{ port, upstream }],
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}
