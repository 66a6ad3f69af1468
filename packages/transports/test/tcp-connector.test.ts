import { describe, expect, it } from "vitest";
import { createDnsResolver, createTcpConnector, type Resolver } from "../src/index.ts";
import { startFakeDns } from "./fake-dns.ts";
import { closedPort, resolverOf, startDeafListener, startServer, textOf } from "./peers.ts";

const target = (host: string, port: number) => ({ type: "socket", host, port }) as const;

describe("a TCP connector", () => {
  it("connects to a numeric address", async () => {
    await using server = await startServer("hello");
    const stream = await createTcpConnector().connect(target("127.0.0.1", server.port));
    expect(stream.remoteAddress).toEqual(target("127.0.0.1", server.port));
    expect(await textOf(stream)).toBe("hello");
  });

  it("connects to a name", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["127.0.0.1"] } });
    await using server = await startServer("hello");
    const connector = createTcpConnector({
      resolver: createDnsResolver({ servers: [dns.server], hostsFile: false }),
    });
    expect(await textOf(await connector.connect(target("app.test", server.port)))).toBe("hello");
  });

  it("connects to localhost with the resolver of the system", async () => {
    await using server = await startServer("hello");
    expect(await textOf(await createTcpConnector().connect(target("localhost", server.port)))).toBe("hello");
  });

  it("connects from the address that it is told", async () => {
    await using server = await startServer("hello");
    const connector = createTcpConnector({
      localAddress: "127.0.0.1",
      resolver: resolverOf("::1", "127.0.0.1"),
    });
    const stream = await connector.connect(target("app.test", server.port));
    expect(stream.localAddress).toMatchObject({ host: "127.0.0.1" });
    stream.destroy();
  });

  it("gives each of a name's addresses its share", async () => {
    await using one = await startServer("1");
    await using _two = await startServer("2", { host: "127.0.0.2", port: one.port });
    const connector = createTcpConnector({ resolver: resolverOf("127.0.0.1", "127.0.0.2") });
    const names: string[] = [];
    for (let index = 0; index < 4; index += 1)
      names.push(await textOf(await connector.connect(target("app.test", one.port))));
    expect(names).toEqual(["1", "2", "1", "2"]);
  });
});

describe("several addresses", () => {
  it("are tried at once after one that refuses", async () => {
    await using server = await startServer("second", { host: "127.0.0.2" });
    const connector = createTcpConnector({
      attemptDelayMs: 60_000,
      resolver: resolverOf("127.0.0.1", "127.0.0.2"),
    });
    expect(await textOf(await connector.connect(target("app.test", server.port)))).toBe("second");
  });

  it("are tried as well when one does not answer, and the loser is given up", async () => {
    await using deaf = await startDeafListener("127.0.0.1");
    await using _server = await startServer("second", { host: "127.0.0.2", port: deaf.port });
    const connector = createTcpConnector({
      attemptDelayMs: 50,
      resolver: resolverOf("127.0.0.1", "127.0.0.2"),
    });
    expect(await textOf(await connector.connect(target("app.test", deaf.port)))).toBe("second");
    expect(process.getActiveResourcesInfo()).not.toContain("TCPConnectWrap");
  });
});

describe("a connection that does not come about", () => {
  it("is refused", async () => {
    const port = await closedPort();
    await expect(createTcpConnector().connect(target("127.0.0.1", port))).rejects.toMatchObject({
      code: "ERR_UPSTREAM_CONNECT_REFUSED",
      source: "upstream",
      retryable: true,
      message: `connection to 127.0.0.1:${port} was refused`,
      target: `127.0.0.1:${port}`,
      addresses: [`127.0.0.1:${port}`],
      cause: { code: "ERR_CONNECTION_REFUSED", cause: { code: "ECONNREFUSED" } },
    });
  });

  it("names all addresses that were tried", async () => {
    const port = await closedPort();
    const connector = createTcpConnector({ resolver: resolverOf("127.0.0.1", "127.0.0.2") });
    await expect(connector.connect(target("app.test", port))).rejects.toMatchObject({
      message: `connection to app.test:${port} (tried 127.0.0.1:${port}, 127.0.0.2:${port}) was refused`,
      cause: { errors: [{ address: `127.0.0.1:${port}` }, { address: `127.0.0.2:${port}` }] },
    });
  });

  it("takes too long", async () => {
    await using deaf = await startDeafListener("127.0.0.1");
    const connecting = createTcpConnector({ timeoutMs: 100 }).connect(target("127.0.0.1", deaf.port));
    await expect(connecting).rejects.toMatchObject({
      code: "ERR_UPSTREAM_CONNECT_TIMEOUT",
      source: "upstream",
      retryable: true,
      timeoutMs: 100,
      message: `connecting to 127.0.0.1:${deaf.port} took longer than 100 ms`,
    });
    expect(process.getActiveResourcesInfo()).not.toContain("TCPConnectWrap");
  });

  it("takes too long already while the name is resolved", async () => {
    const resolver: Resolver = { resolve: () => new Promise(() => {}) };
    const connecting = createTcpConnector({ resolver }).connect(target("app.test", 80), { timeoutMs: 50 });
    await expect(connecting).rejects.toMatchObject({
      code: "ERR_UPSTREAM_CONNECT_TIMEOUT",
      message: "connecting to app.test:80 took longer than 50 ms",
    });
  });

  it("has no name", async () => {
    using dns = await startFakeDns({ "hole.test": { silent: ["a", "aaaa"] } });
    const resolver = createDnsResolver({ servers: [dns.server], hostsFile: false, timeoutMs: 100 });
    const { connect } = createTcpConnector({ resolver });
    await expect(connect(target("missing.test", 80))).rejects.toMatchObject({ code: "ERR_NAME_NOT_FOUND" });
    await expect(connect(target("hole.test", 80))).rejects.toMatchObject({ code: "ERR_RESOLVER_TIMEOUT" });
    const empty = createTcpConnector({ resolver: resolverOf() });
    await expect(empty.connect(target("app.test", 80))).rejects.toMatchObject({ code: "ERR_NAME_NOT_FOUND" });
  });

  it("is not wanted any more", async () => {
    await using deaf = await startDeafListener("127.0.0.1");
    const controller = new AbortController();
    const connecting = createTcpConnector().connect(target("127.0.0.1", deaf.port), {
      signal: controller.signal,
    });
    controller.abort(new Error("client gone"));
    await expect(connecting).rejects.toThrow("client gone");
    expect(process.getActiveResourcesInfo()).not.toContain("TCPConnectWrap");
    const again = createTcpConnector().connect(target("127.0.0.1", deaf.port), { signal: controller.signal });
    await expect(again).rejects.toThrow("client gone");
  });
});
