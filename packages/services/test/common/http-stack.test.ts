import { httpCore } from "@monolake/http";
import { BaseContext, contextKey, FactoryStack } from "@monolake/service-async";
import type { ByteStream, SocketAddress } from "@monolake/streams";
import { rawClient, startRawServer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import {
  catchErrors,
  connectionContext,
  delay,
  detect,
  detectEither,
  prefixDetector,
  timeout,
} from "../../src/common/index.ts";
import { connectionReuse, httpUpstream, type MatchedRoute, route } from "../../src/http/index.ts";
import { tcpEcho } from "../../src/tcp/index.ts";
import { serveConnections } from "../serve-connections.ts";

const isLoud = contextKey<boolean>()("isLoud");
class Context extends BaseContext {
  peerAddress: SocketAddress = { type: "unix", path: "" };
  matchedRoute: MatchedRoute | undefined = undefined;
  isLoud: boolean | undefined = undefined;
}

/** An HTTP gateway with all the layers for any service in it, on a port where echoes are served, too. */
const gateway = (port: number, timeoutMs: number) => {
  const endpoint = { type: "socket", host: "127.0.0.1", port } as const;
  const config = {
    routes: [{ path: "/{*path}", upstreams: [{ endpoint }] }],
    upstream: {},
    httpServer: {},
    timeoutMs,
    delayMs: 1,
  };
  return FactoryStack.of(config, httpUpstream)
    .push(timeout)
    .push(route)
    .push(delay)
    .push(catchErrors())
    .push(connectionReuse)
    .push(detectEither(prefixDetector("ECHO"), tcpEcho, httpCore<Context>))
    .push(detect(isLoud, prefixDetector("GET /LOUD")))
    .check<ByteStream, Context>()
    .push(connectionContext(() => new Context()))
    .check<ByteStream>()
    .make();
};

it("answers HTTP and echoes on one port, through every layer", async () => {
  await using upstream = await startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  await using server = await serveConnections<unknown, object>(await gateway(upstream.port, 5_000));
  await using http = await rawClient(server.address);
  await http.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await http.readUntil("\r\n\r\nok")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  await using echo = await rawClient(server.address);
  await echo.write("ECHO hello");
  expect(await echo.readUntil("hello")).toBe("ECHO hello");
});

it("gives up on an upstream that does not answer: the client hears of it, and so does the upstream", async () => {
  await using upstream = await startRawServer();
  await using server = await serveConnections<unknown, object>(await gateway(upstream.port, 40));
  await using client = await rawClient(server.address);
  await client.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const there = await upstream.nextConnection();
  expect(await client.readUntil("\r\n\r\n")).toMatch(/^HTTP\/1\.1 50\d /);
  await there.closed;
});
