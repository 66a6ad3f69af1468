import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { httpCore } from "@monolake/http";
import { BaseContext, disposeChain, FactoryStack, optionalLayer } from "@monolake/service-async";
import { acceptedStream, type SocketAddress } from "@monolake/streams";
import { freePort, rawClient, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import {
  type AccessLog,
  accessLogging,
  accessLogHooks,
  connectionReuse,
  type ExchangeRecord,
  httpUpstream,
  type MatchedRoute,
  route,
} from "../../../src/http/index.ts";

class Context extends BaseContext {
  peerAddress: SocketAddress = { type: "unix", path: "" };
  remoteAddress: SocketAddress | undefined = undefined;
  matchedRoute: MatchedRoute | undefined = undefined;
  accessLog: AccessLog | undefined = undefined;
  exchangeRecord: ExchangeRecord | undefined = undefined;
}

/** A proxy with an access log, which sends everything to the ports given. */
async function startLoggingProxy(format: string, upstreamPorts: readonly number[]) {
  const folder = await temporaryFolder();
  const target = folder.file("access.log");
  const upstreams = upstreamPorts.map((port) => ({
    endpoint: { type: "socket", host: "127.0.0.1", port } as const,
  }));
  const accessLog = { target, format, server: "test", configVersion: 5 };
  const config = {
    httpServer: { ...accessLogHooks, maxTargetBytes: 100 },
    routes: [{ path: "/api/{*rest}", loadBalancer: "first" as const, upstreams }],
    upstream: {},
  };
  const service = await FactoryStack.of(config, httpUpstream)
    .push(route)
    .push(connectionReuse)
    .push(httpCore<Context>)
    .push(optionalLayer(() => accessLog, accessLogging))
    .toFactory()
    .make();
  const served = new Set<Promise<unknown>>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    const context = new Context();
    context.peerAddress = stream.remoteAddress;
    served.add(service.call(stream, context));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: "127.0.0.1",
    port: (server.address() as { port: number }).port,
    /** Waits for the connections, ends the service, and gives what it logged. */
    async lines(): Promise<string[]> {
      await Promise.all(served);
      await disposeChain(service);
      return (await readFile(target, "utf8")).trimEnd().split("\n");
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
      await folder[Symbol.asyncDispose]();
    },
  };
}

const last = "Connection: close\r\n\r\n";

it("logs what a client asked for and how the upstream answered it", async () => {
  await using upstream = await startHttpUpstream((_request, response) => response.end("hello"));
  await using proxy = await startLoggingProxy("json", [upstream.port]);
  await using client = await rawClient(proxy);
  const head = "GET /api/a?token=1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: test\r\n";
  await client.write(`${head}\r\n`);
  await client.readUntil("hello");
  await client.write(`${head}${last}`);
  await client.readToEnd();
  const [first, second] = (await proxy.lines()).map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    server: "test",
    config_version: 5,
    remote_addr: "127.0.0.1",
    method: "GET",
    target: "/api/a?token=1",
    host: "www.example.com",
    protocol: "HTTP/1.1",
    status: 200,
    request_bytes: 0,
    response_bytes: 5,
    route: "/api/{*rest}",
    upstream_addr: `127.0.0.1:${upstream.port}`,
    upstream_attempts: 1,
    upstream_connect_ms: expect.any(Number),
    user_agent: "test",
    complete: true,
    error_code: null,
  });
  expect(first.upstream_head_ms).toBeGreaterThanOrEqual(first.upstream_connect_ms);
  expect(first.handler_ms).toBeGreaterThanOrEqual(first.upstream_head_ms);
  expect(first.duration_ms).toBeGreaterThanOrEqual(first.handler_ms);
  expect(second).toMatchObject({ status: 200, upstream_attempts: 1, upstream_connect_ms: null });
});

it("logs requests that never came to a service", async () => {
  await using proxy = await startLoggingProxy("combined", [1]);
  for (const bytes of [
    "GARBAGE\r\n\r\n",
    `GET /${"a".repeat(200)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /nowhere HTTP/1.0\r\nReferer: "x"\r\n${last}`,
  ]) {
    await using client = await rawClient(proxy);
    await client.write(bytes);
    await client.readToEnd();
  }
  const lines = await proxy.lines();
  expect(lines.map((line) => line.replace(/\[.*?\]/, "[]"))).toEqual([
    '127.0.0.1 - - [] "-" 400 16 "-" "-"',
    '127.0.0.1 - - [] "-" 414 17 "-" "-"',
    '127.0.0.1 - - [] "GET /nowhere HTTP/1.0" 404 - "\\"x\\"" "-"',
  ]);
});

it("logs every upstream that was tried, and why the last one did not answer", async () => {
  const ports = [await freePort(), await freePort()];
  await using proxy = await startLoggingProxy(
    "$status $upstream_addr $upstream_attempts $upstream_head_ms $error_code",
    ports,
  );
  await using client = await rawClient(proxy);
  await client.write(`GET /api/a HTTP/1.1\r\nHost: a\r\n${last}`);
  await client.readToEnd();
  expect(await proxy.lines()).toEqual([`502 127.0.0.1:${ports[1]} 2 - ERR_UPSTREAM_CONNECT_REFUSED`]);
});
