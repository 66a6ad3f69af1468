import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { BaseContext } from "@monolake/service-async";
import {
  acceptedStream,
  type ByteStream,
  dataStream,
  dialStream,
  type SocketAddress,
} from "@monolake/streams";
import { eventually, freePort, temporaryFolder } from "@monolake/test-kit";
import {
  createMessage,
  createReader,
  createThriftHandler,
  createWriter,
  MessageType,
  readException,
  readPayload,
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  ThriftCore,
  type ThriftMessage,
  Type,
  thriftFormat,
} from "@monolake/thrift";
import { describe, expect, it } from "vitest";
import { monolake } from "../run/cli.ts";
import { startProxyOf } from "./start-proxy.ts";
import { authority, writeCertificate } from "./tls-files.ts";

/** A Thrift server that tells the name of a call, and what its TTHeader says of `env`. */
async function thriftUpstream(place: { port?: number; path?: string } = { port: 0 }) {
  const seen = ({ message }: { readonly message: ThriftMessage }) =>
    [message.name, message.header?.get("env")].filter((part) => part !== undefined).join(" ");
  const methods = Object.fromEntries(
    ["get", "set", "slow"].map((name) => [
      name,
      async (call: { message: ThriftMessage; result: ReturnType<typeof createWriter> }) => {
        if (name === "slow") await new Promise(() => {});
        call.result.writeField(0, Type.STRING);
        call.result.writeString(seen(call));
      },
    ]),
  );
  const core = new ThriftCore<BaseContext>(createThriftHandler(methods));
  const streams = new Set<ByteStream>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    void core.call(stream, new BaseContext());
  });
  const listening =
    place.path === undefined ? { host: "127.0.0.1", port: place.port ?? 0 } : { path: place.path };
  await new Promise<void>((resolve) => server.listen(listening, resolve));
  return {
    port: (server.address() as { port?: number }).port ?? 0,
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks with a connection of its own: the text of the answer, or what the exception says. */
async function ask(address: SocketAddress, name: string, env?: string): Promise<string> {
  return askOver(await dialStream(address), name, env);
}

async function askOver(stream: ByteStream, name: string, env?: string): Promise<string> {
  const owner = { connectionIdle() {}, connectionClosed() {} };
  const connection = new ThriftClientConnection(stream, owner, resolveThriftClientConnectionOptions());
  const format = thriftFormat("ttheader", "binary");
  const call = createMessage({
    format,
    type: MessageType.CALL,
    name,
    payload: createWriter("binary").finish(),
  });
  if (env !== undefined) call.header!.set("env", env);
  const answer = (await connection.send(call))!;
  connection.close();
  if (answer.type === MessageType.EXCEPTION) return `exception: ${(await readException(answer)).message}`;
  const result = createReader("binary", await readPayload(answer.payload));
  result.nextField();
  return result.readString();
}

const socket = (port: number): SocketAddress => ({ type: "socket", host: "127.0.0.1", port });

describe("a Thrift server", () => {
  it("has one route, as the original", async () => {
    await using upstream = await thriftUpstream();
    await using proxy = await startProxyOf(`proxy_type = "thrift"
route.upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } }]`);
    expect(await ask(socket(proxy.port), "get")).toBe("get");
    // As soon as the worker tells of itself again.
    await eventually(() => expect(proxy.proxy.manager.figures[0]).toMatchObject({ requests: 1 }));
  });

  it("has routes with matches, edits and shared connections, and timeouts", async () => {
    await using upstream = await thriftUpstream();
    const to = (port: number) =>
      `upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${port}" } }]`;
    await using proxy = await startProxyOf(`proxy_type = "thrift"
timeout.upstream_read_timeout_sec = 0.1
[[servers.test.routes]]
match = { method = "get", headers = { env = "test" } }
request = { set = { env = "canary" } }
multiplex = 2
${to(upstream.port)}
[[servers.test.routes]]
match = { service = "Users" }
strip_service = true
${to(upstream.port)}
[[servers.test.routes]]
match = { method = "slow" }
${to(upstream.port)}
[[servers.test.routes]]
match = { method = "refused" }
${to(await freePort())}`);
    const address = socket(proxy.port);
    expect(await ask(address, "get", "test")).toBe("get canary");
    expect(await ask(address, "Users:set", "test")).toBe("set test");
    expect(await ask(address, "get", "other")).toBe("exception: no route for get");
    expect(await ask(address, "slow")).toMatch(/ERR_THRIFT_UPSTREAM_TIMEOUT/);
    expect(await ask(address, "refused")).toMatch(/ERR_UPSTREAM_CONNECT_REFUSED/);
    const warnings = () =>
      proxy.log.filter(({ level }) => level === 40).map(({ code, method }) => [code, method]);
    await eventually(() =>
      expect(warnings()).toEqual([
        ["ERR_THRIFT_UPSTREAM_TIMEOUT", "slow"],
        ["ERR_UPSTREAM_CONNECT_REFUSED", "refused"],
      ]),
    );
  });

  it("takes calls over TLS", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server");
    await using upstream = await thriftUpstream();
    await using proxy = await startProxyOf(`proxy_type = "thrift"
tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }
route.upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } }]`);
    const options = { host: "127.0.0.1", servername: "localhost", ca: authority.certificate };
    const client = connectTls({ ...options, port: proxy.port });
    await once(client, "secureConnect");
    expect(await askOver(dataStream(client), "get", "test")).toBe("get test");
  });

  it("starts with thrift.toml of the original, but for its places", async () => {
    const file = fileURLToPath(new URL("../../examples/original/thrift.toml", import.meta.url));
    await using folder = await temporaryFolder();
    await using upstream = await thriftUpstream();
    await using unixUpstream = await thriftUpstream({ path: `${folder.path}/up.sock` });
    expect(unixUpstream.port).toBe(0);
    const port = await freePort();
    const text = (await readFile(file, "utf8"))
      .replace("0.0.0.0:8081", `127.0.0.1:${port}`)
      .replace("127.0.0.1:9969", `127.0.0.1:${upstream.port}`)
      .replace("/tmp/thrift_proxy_monolake.sock", `${folder.path}/proxy.sock`)
      .replace("/tmp/thrift_server_monolake.sock", `${folder.path}/up.sock`);
    await using program = await monolake(["--config", await folder.write("thrift.toml", text)], {
      readyPattern: /"msg":"ready"/,
    });
    expect(await ask(socket(port), "get")).toBe("get");
    expect(await ask({ type: "unix", path: `${folder.path}/proxy.sock` }, "set")).toBe("set");
    program.kill("SIGTERM");
    expect((await program.exited).code).toBe(0);
  });
});
