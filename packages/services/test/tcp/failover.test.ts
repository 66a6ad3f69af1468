import { BaseContext } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import { freePort, rawClient, startRawServer } from "@monolake/test-kit";
import {
  type Connector,
  UpstreamConnectRefusedError,
  UpstreamConnectTimeoutError,
} from "@monolake/transports";
import { describe, expect, it } from "vitest";
import { TcpProxy, type TcpProxyOptions, TcpUpstreamUnavailableError } from "../../src/tcp/index.ts";
import { serveConnections } from "../serve-connections.ts";

const nobody = async () => ({
  endpoint: { type: "socket", host: "127.0.0.1", port: await freePort() } as const,
});
const welcoming = () => startRawServer(({ socket }) => socket.end("welcome"));
const endpointOf = ({ host, port }: { readonly host: string; readonly port: number }) => ({
  endpoint: { type: "socket", host, port } as const,
});

/** What came of one connection through a proxy: what the client read, and what the call did. */
async function connectThrough(options: TcpProxyOptions, context = new BaseContext()) {
  await using proxy = await serveConnections(new TcpProxy(options), () => context);
  const coming = proxy.nextCall();
  await using client = await rawClient(proxy.address, { allowHalfOpen: true });
  const { result } = await coming;
  client.end();
  const call = await result.catch((error: unknown) => error);
  await client.closed;
  return { text: client.unread, call };
}

describe("when an upstream refuses", () => {
  it("the next one is tried, and whoever wants to hears of it", async () => {
    await using upstream = await welcoming();
    const dead = [await nobody(), await nobody()];
    const failed: SocketAddress[] = [];
    const { text, call } = await connectThrough({
      upstreams: [...dead, endpointOf(upstream)],
      loadBalancer: "first",
      onFailure: (error, endpoint) => {
        expect(error).toBeInstanceOf(UpstreamConnectRefusedError);
        failed.push(endpoint);
      },
    });
    expect(text).toBe("welcome");
    expect(call).toMatchObject({ error: undefined });
    expect(failed).toEqual(dead.map(({ endpoint }) => endpoint));
  });

  it("and there is no other, the client loses its connection and the call says why", async () => {
    const upstream = await nobody();
    const { text, call } = await connectThrough({ upstreams: [upstream] });
    expect(text).toBe("");
    expect(call).toBeInstanceOf(TcpUpstreamUnavailableError);
    expect(call).toMatchObject({
      code: "ERR_TCP_UPSTREAM_UNAVAILABLE",
      targets: [`127.0.0.1:${upstream.endpoint.port}`],
      timeoutMs: 3_000,
      cause: { code: "ERR_UPSTREAM_CONNECT_REFUSED" },
    });
  });

  it("and so do all the others, each is tried once", async () => {
    const upstreams = [await nobody(), await nobody(), await nobody()];
    const { call } = await connectThrough({ upstreams });
    expect(call).toBeInstanceOf(TcpUpstreamUnavailableError);
    const { targets, cause } = call as TcpUpstreamUnavailableError;
    const expected = upstreams.map(({ endpoint }) => `127.0.0.1:${endpoint.port}`);
    expect(targets.toSorted()).toEqual(expected.toSorted());
    expect(cause).toMatchObject({ errors: { length: 3 } });
  });
});

/** Opens nothing, and waits as long as it may. Keeps what it was asked for. */
function silentConnector() {
  const asked: (number | undefined)[] = [];
  const connector: Connector = {
    connect: (target, { timeoutMs = Number.NaN, signal } = {}) => {
      asked.push(timeoutMs);
      return new Promise((_resolve, reject) => {
        const host = target.type === "unix" ? target.path : target.host;
        const timer = setTimeout(
          () => reject(new UpstreamConnectTimeoutError({ target: host, addresses: [], timeoutMs })),
          timeoutMs,
        );
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      });
    },
  };
  return { asked, connector };
}
const hosts = (...names: readonly string[]) => names.map((host) => endpointOf({ host, port: 80 }));

describe("when upstreams do not answer", () => {
  it("all attempts together end in the time there is for connecting", async () => {
    const { asked, connector } = silentConnector();
    const begun = performance.now();
    const upstreams = hosts("a", "b", "c");
    const { call } = await connectThrough({ upstreams, connector, connectTimeoutMs: 60 });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(58);
    expect(call).toMatchObject({ code: "ERR_TCP_UPSTREAM_UNAVAILABLE", timeoutMs: 60 });
    // Too short to be divided.
    expect(asked).toEqual([60]);
  });

  it("the first leaves time for the second", async () => {
    await using upstream = await welcoming();
    const asked: (number | undefined)[] = [];
    const { connector: silent } = silentConnector();
    const failing: Connector = {
      connect: (_target, options) => {
        asked.push(options?.timeoutMs);
        return silent.connect({ type: "unix", path: "/silent" }, { timeoutMs: 1 });
      },
    };
    const upstreams = [...hosts("a", "b"), endpointOf(upstream)];
    await connectThrough({ upstreams, connector: failing, connectTimeoutMs: 9_000 });
    const [first = 0, second = 0, third = 0] = asked;
    expect(first).toBe(3_000);
    expect(second).toBeGreaterThan(4_000);
    expect(second).toBeLessThanOrEqual(4_500);
    expect(third).toBeGreaterThan(8_000);
  });

  it("a cancelled connection tries no further", async () => {
    const { asked, connector } = silentConnector();
    const context = new BaseContext();
    const proxying = connectThrough({ upstreams: hosts("a", "b"), connector }, context);
    await expect.poll(() => asked.length).toBe(1);
    context.cancellation.cancel(new Error("draining"));
    const { call } = await proxying;
    expect(call).toMatchObject({ message: "draining" });
    expect(asked).toHaveLength(1);
  });
});
