import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request as nodeRequest } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:tls";
import {
  createCertificate,
  eventually,
  rawClient,
  startRawServer,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy, type TestProxy } from "./start-proxy.ts";

/** An upstream that refuses a request when it has seen its head, or says nothing. */
const startRefusing = (refuses = true) =>
  startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    if (refuses) await connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\n\r\nrefused");
    await connection.closed;
  });

/** A proxy in front of it, and what its access log has to say. */
async function startLogging(origin: string, more: string) {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const path = folder.file("access.log");
  const proxy = cleanup.use(
    await startProxy({
      server: `access_log = { path = "${path}", format = "$method $target $status", flush_ms = 1 }\n${more}\n${everythingTo(origin)}`,
    }),
  );
  const owned = cleanup.move();
  return { proxy, log: () => readFile(path, "utf8"), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

it.each([
  ["the proxy, for its length", "limits = { max_body_bytes = 1000 }", { "Content-Length": 10_000_000 }],
  ["the proxy, for what came", "limits = { max_body_bytes = 100_000 }", {}],
  ["the upstream", "", { "Content-Length": 10_000_000 }],
  ["the upstream, in chunks", "", {}],
])(
  "an upload that is refused by %s gets its answer from node:http, and is logged once",
  async (_, more, headers) => {
    await using upstream = await startRefusing(more === "");
    await using logging = await startLogging(`http://127.0.0.1:${upstream.port}`, more);
    const { origin } = logging.proxy;
    const answer = await new Promise((resolve, reject) => {
      const upload = nodeRequest(`${origin}/up`, { method: "POST", headers }, (response) => {
        response.resume();
        response.on("end", () => resolve([response.statusCode, response.headers.connection]));
      });
      upload.on("error", reject);
      upload.write(Buffer.alloc(2_000_000));
    });
    expect(answer).toEqual([413, "close"]);
    await logging.proxy.proxy.close();
    expect(await logging.log()).toBe("POST /up 413\n");
  },
);

/** An upstream over TLS that answers when it has seen a head, and then resets the connection beneath. */
async function startResettingTls(answerTo: (head: string) => string) {
  const { certificate, key } = createCertificate({ names: ["localhost"] });
  const beneath: Socket[] = [];
  const server = createServer({ cert: certificate, key }, (socket) => {
    socket
      .on("error", () => {})
      .once("data", (head) => {
        socket.pause().write(answerTo(String(head)), () => {
          for (const carrier of beneath.splice(0)) carrier.resetAndDestroy();
        });
      });
  });
  server.on("connection", (socket: Socket) => beneath.push(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

const refusal = (head: string): string => {
  const status = head.startsWith("GET") ? "200 OK" : "413 Content Too Large";
  return `HTTP/1.1 ${status}\r\nContent-Length: 7\r\n\r\nrefused`;
};

/** Uploads through the proxy, again and again, and gives what is answered. */
async function answersToUploads(proxy: TestProxy): Promise<string[]> {
  const answers: string[] = [];
  // The first write of a thread goes through Node's stream, which forgets what it has not read.
  await (await fetch(proxy.origin)).text();
  for (let count = 0; count < 10; count += 1) {
    await using client = await rawClient(proxy.address);
    void client.write("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    const piece = Buffer.alloc(100_000);
    const upload = setInterval(() => void client.write(piece), 0);
    const answer = await client.readUntil(/refused|502/).finally(() => clearInterval(upload));
    answers.push(answer.slice(0, "HTTP/1.1 413".length));
  }
  return answers;
}

describe("an upload that an upstream refuses and breaks off gets the upstream's answer", () => {
  it("in cleartext", async () => {
    await using upstream = await startRawServer(async (connection) => {
      const head = await connection.readUntil("\r\n\r\n");
      connection.pause();
      await connection.write(refusal(head));
      connection.reset();
    });
    await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${upstream.port}`) });
    expect(new Set(await answersToUploads(proxy))).toEqual(new Set(["HTTP/1.1 413"]));
  });

  it("over TLS", async () => {
    using upstream = await startResettingTls(refusal);
    const endpoint = `endpoint = { type = "uri", value = "https://127.0.0.1:${upstream.port}" }, tls = { verify = false }`;
    await using proxy = await startProxy({
      server: `[[servers.test.routes]]\npath = "/{*path}"\nupstreams = [{ ${endpoint} }]`,
    });
    expect(new Set(await answersToUploads(proxy))).toEqual(new Set(["HTTP/1.1 413"]));
  });
});

it("a refused upload whose little rest never comes is logged once, and its connection ends in peace", async () => {
  await using upstream = await startRefusing();
  await using logging = await startLogging(
    `http://127.0.0.1:${upstream.port}`,
    "timeout = { server_read_body_timeout_sec = 0.1 }",
  );
  await using client = await rawClient(logging.proxy.address);
  await client.write("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\nbegin");
  expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 413 [\s\S]*refused$/);
  expect((await client.closed).error).toBeUndefined();
  await eventually(async () => (await logging.log()) !== "");
  await logging.proxy.proxy.close();
  expect(await logging.log()).toBe("POST /up 413\n");
});
