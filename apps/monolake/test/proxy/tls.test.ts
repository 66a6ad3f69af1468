import { once } from "node:events";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect, createServer as createTlsServer, type TLSSocket } from "node:tls";
import {
  createCertificate,
  type EchoedRequest,
  startHttpUpstream,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy, startProxyOf } from "./start-proxy.ts";
import { authority, writeCertificate } from "./tls-files.ts";

const client = createCertificate({ subject: "client 7", issuer: authority });
const own = { cert: client.certificate, key: client.key };

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** A GET over TLS. */
async function get(port: number, path = "/", options: object = {}): Promise<Answer> {
  const request = httpsRequest({
    port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.certificate,
    path,
    agent: false,
    ...options,
  });
  const [response] = await once(request.end(), "response");
  return { status: response.statusCode, body: await text(response) };
}

async function getEcho(
  port: number,
  options: object = {},
): Promise<{ readonly fields: Record<string, string> } & EchoedRequest> {
  const echoed = JSON.parse((await get(port, "/", options)).body) as EchoedRequest;
  const pairs = echoed.rawHeaders;
  const fields: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2)
    fields[(pairs[index] ?? "").toLowerCase()] = pairs[index + 1] ?? "";
  return { ...echoed, fields };
}

describe("an HTTP server with TLS", () => {
  it("tells upstreams that it was asked over https, and the client's certificate where that is wanted", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server");
    const ca = await folder.write("ca.crt", authority.certificate);
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `${everythingTo(upstream.origin)}
[servers.test.tls]
chain = "${folder.path}/server.crt"
key = "${folder.path}/server.key"
client_certificates = { mode = "optional", ca = "${ca}", forward = true }`,
    });
    const names = ["Client-Cert", "Client-Cert-Chain", "Client_Cert", "CLIENT_CERT_CHAIN"];
    const forged = { headers: Object.fromEntries(names.map((name) => [name, ":forged:"])) };
    const { fields } = await getEcho(proxy.port, { ...forged, ...own });
    expect(fields).toMatchObject({
      "x-forwarded-proto": "https",
      forwarded: expect.stringContaining("proto=https"),
    });
    expect(Buffer.from(fields["client-cert"]?.slice(1, -1) ?? "", "base64").toString("base64")).toBe(
      client.certificate.replaceAll(/-----[A-Z ]+-----|\n/g, ""),
    );
    const without = await getEcho(proxy.port, forged);
    expect(Object.keys(without.fields).filter((name) => /^client[-_]cert/.test(name))).toEqual([]);
  });

  it("resumes a session on another worker", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server");
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxyOf(
      `proxy_type = "http"
tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }
${everythingTo(upstream.origin)}`,
      2,
    );
    const first = await visit(proxy.port, {});
    const resumed: boolean[] = [];
    // Which worker gets a connection, the kernel decides: twenty in a row do not all come to the same one.
    for (let round = 0; round < 20; round += 1) {
      const { session } = first;
      resumed.push((await visit(proxy.port, { ...(session !== undefined && { session }) })).resumed);
    }
    expect(resumed).toEqual(Array(20).fill(true));
  });

  it("refuses what is not TLS, logs it for debugging only, and serves on", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server");
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }
${everythingTo(upstream.origin)}`,
    });
    const plain = await fetch(`http://127.0.0.1:${proxy.port}/`).catch((error: unknown) => error);
    expect(plain).toBeInstanceOf(Error);
    expect((await get(proxy.port)).status).toBe(200);
    const broken = proxy.log.filter(({ msg }) => msg === "connection broken by its peer");
    expect(broken.map(({ level, err }) => [level, (err as { code: string }).code])).toContainEqual([
      20,
      "ERR_TLS_CLIENT_HELLO",
    ]);
    expect(proxy.log.filter(({ level }) => (level as number) > 30)).toEqual([]);
  });
});

describe("an HTTPS upstream", () => {
  async function startHttps(names: readonly string[], options: object = {}) {
    const made = createCertificate({ names, issuer: authority });
    const server = createHttpsServer(
      { cert: made.certificate, key: made.key, ...options },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        response.end(
          JSON.stringify({
            host: request.headers.host,
            servername: socket.servername,
            client: socket.getPeerX509Certificate()?.subject,
          }),
        );
      },
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    return {
      port: (server.address() as AddressInfo).port,
      async [Symbol.asyncDispose]() {
        const closed = once(server.close(), "close");
        server.closeAllConnections();
        await closed;
      },
    };
  }

  const ask = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    return { status: response.status, body: await response.text() };
  };

  it("is asked over TLS, with a certificate where it wants one", async () => {
    await using folder = await temporaryFolder();
    const ca = await folder.write("ca.crt", authority.certificate);
    await writeCertificate(folder, "own", client);
    await using upstream = await startHttps(["localhost"], { requestCert: true, ca: authority.certificate });
    const tls = `tls = { ca = "${ca}", chain = "${folder.path}/own.crt", key = "${folder.path}/own.key" }`;
    await using proxy = await startProxy({
      server: `[[servers.test.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "https://localhost:${upstream.port}" }, ${tls} }]`,
    });
    const { status, body } = await ask(proxy.port);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { host: `localhost:${upstream.port}`, servername: "localhost", client: "CN=client 7" },
    ]);
  });

  it("whose certificate nobody known has issued is a 502, and the log says why", async () => {
    await using upstream = await startHttps(["localhost"]);
    await using proxy = await startProxy({ server: everythingTo(`https://localhost:${upstream.port}`) });
    const { status, body } = await ask(proxy.port);
    expect([status, body]).toEqual([502, "502 Bad Gateway\n"]);
    expect(proxy.log.find(({ code }) => code === "ERR_UPSTREAM_TLS_CERTIFICATE")).toMatchObject({
      level: 40,
      reason: expect.stringContaining("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    });
  });

  it("is taken as it is where nothing is to be verified, with a warning at start", async () => {
    await using upstream = await startHttps(["another.test"]);
    await using proxy = await startProxy({
      server: `[[servers.test.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "https://localhost:${upstream.port}" }, tls = { verify = false } }]`,
    });
    expect((await ask(proxy.port)).status).toBe(200);
    expect(proxy.log.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining("certificate of this upstream is not verified"),
    ]);
  });
});

describe("a TCP server", () => {
  it("takes TLS off, and puts it on for upstreams", async () => {
    await using folder = await temporaryFolder();
    const made = await writeCertificate(folder, "server");
    const ca = await folder.write("ca.crt", authority.certificate);
    const sockets = new Set<Socket>();
    const upstream = createTlsServer({ cert: made.certificate, key: made.key }, (socket) => {
      sockets.add(socket);
      socket.pipe(socket);
    });
    await once(upstream.listen(0, "127.0.0.1"), "listening");
    const { port } = upstream.address() as AddressInfo;
    await using proxy = await startProxyOf(`proxy_type = "tcp"
upstreams = [{ endpoint = { type = "socket", value = "localhost:${port}" }, tls = { ca = "${ca}" } }]
tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }`);
    const socket = connect({
      port: proxy.port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: authority.certificate,
    });
    const sent = Buffer.alloc(3_000_000, "there and back ");
    socket.end(sent);
    expect((await text(socket)) === sent.toString()).toBe(true);
    await new Promise((resolve) => upstream.close(resolve));
  });

  it("keeps its files' faults out of the way: an echo server with TLS", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server");
    await using proxy = await startProxyOf(`proxy_type = "echo"
tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }`);
    const socket = connect({
      port: proxy.port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: authority.certificate,
    });
    expect(await text(socket.end("echo this"))).toBe("echo this");
  });
});

/** Connects, asks for `/`, and waits for a session ticket. */
async function visit(
  port: number,
  options: ConnectionOptions,
): Promise<{ resumed: boolean; session: Buffer | undefined }> {
  const socket = connect({
    port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.certificate,
    ...options,
  });
  let session: Buffer | undefined;
  socket.on("session", (given: Buffer) => (session = given));
  await once(socket, "secureConnect");
  const resumed = socket.isSessionReused();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 200/);
  return { resumed, session };
}
