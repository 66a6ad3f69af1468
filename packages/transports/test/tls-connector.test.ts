import { once } from "node:events";
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer, rootCertificates, type TLSSocket, type TlsOptions } from "node:tls";
import { type ByteStream, StreamReader } from "@monolake/streams";
import { createCertificate, deferred } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { defaultAuthorities } from "../src/connect/tls-trust.ts";
import { createTlsConnector, type TlsConnectorOptions } from "../src/index.ts";

const authority = createCertificate({ subject: "test authority", authority: true });
const ca = authority.certificate;

function issue(...names: string[]): TlsOptions {
  const { certificate: cert, key } = createCertificate({ names, issuer: authority });
  return { cert, key };
}

interface TestServer extends AsyncDisposable {
  readonly target: { readonly type: "socket"; readonly host: string; readonly port: number };
  readonly sockets: Socket[];
}

async function listening(server: Server): Promise<TestServer> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => {})));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    target: { type: "socket", host: "localhost", port: (server.address() as AddressInfo).port },
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every connection with what it knows of it. */
const startServer = (options: TlsOptions) =>
  listening(
    createServer(options, (socket: TLSSocket) => {
      socket.on("error", () => {});
      const { subject } = socket.getPeerX509Certificate() ?? { subject: "nobody" };
      socket.write(JSON.stringify({ name: socket.servername, subject, resumed: socket.isSessionReused() }));
    }).on("tlsClientError", () => {}),
  );

interface Answer {
  readonly name: unknown;
  readonly subject: unknown;
  readonly resumed: unknown;
}

/** Connects, reads the answer, and closes. */
async function ask(
  server: TestServer,
  options: TlsConnectorOptions,
  connector = createTlsConnector(options),
) {
  const stream = await connector.connect(server.target);
  try {
    const answer = JSON.parse(String(await new StreamReader(stream).read())) as Answer;
    return { ...answer, stream };
  } finally {
    stream.destroy();
  }
}

describe("a connection over TLS", () => {
  it("asks for the host of its target and tells what was agreed on", async () => {
    await using server = await startServer({ ...issue("localhost"), ALPNProtocols: ["h2", "http/1.1"] });
    const { name, stream } = await ask(server, { ca, alpnProtocols: ["http/1.1"] });
    expect(name).toBe("localhost");
    expect(stream.tls).toMatchObject({ protocol: "TLSv1.3", alpnProtocol: "http/1.1", resumed: false });
  });

  it("asks for the name that it is told to, and compares the certificate with that one", async () => {
    await using server = await startServer(issue("inner.test"));
    expect((await ask(server, { ca, serverName: "inner.test" })).name).toBe("inner.test");
    await expect(ask(server, { ca })).rejects.toMatchObject({
      code: "ERR_UPSTREAM_TLS_CERTIFICATE",
      reason: "ERR_TLS_CERT_ALTNAME_INVALID",
      host: "localhost",
    });
  });

  it("compares the certificate with an address, where the target is one, and asks for no name then", async () => {
    await using server = await startServer(issue("127.0.0.1"));
    const byAddress = { ...server, target: { ...server.target, host: "127.0.0.1" } };
    expect((await ask(byAddress, { ca })).name).toBe(false);
    await using other = await startServer(issue("localhost"));
    const wrong = { ...other, target: { ...other.target, host: "127.0.0.1" } };
    await expect(ask(wrong, { ca })).rejects.toMatchObject({ code: "ERR_UPSTREAM_TLS_CERTIFICATE" });
  });

  it("is refused by default where nobody known has issued the certificate, or its time is over", async () => {
    await using server = await startServer(issue("localhost"));
    await expect(ask(server, {})).rejects.toMatchObject({
      code: "ERR_UPSTREAM_TLS_CERTIFICATE",
      source: "upstream",
      reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      target: `localhost:${server.target.port}`,
    });
    const old = createCertificate({
      names: ["localhost"],
      issuer: authority,
      validTo: new Date(Date.now() - 1_000),
    });
    await using expired = await startServer({ cert: old.certificate, key: old.key });
    await expect(ask(expired, { ca })).rejects.toMatchObject({ reason: "CERT_HAS_EXPIRED" });
  });

  it("is made with anybody where nothing is to be verified", async () => {
    await using server = await startServer(issue("another.test"));
    const { stream } = await ask(server, { verify: false });
    expect(stream.tls?.peerCertificate?.authorized ?? false).toBe(false);
  });

  it("shows its own certificate to a server that asks for one", async () => {
    const server = { ...issue("localhost"), requestCert: true, rejectUnauthorized: true, ca };
    await using strict = await startServer({ ...server, maxVersion: "TLSv1.2" });
    const own = createCertificate({ subject: "gateway", issuer: authority });
    const certificate = { chain: own.certificate, key: own.key };
    expect((await ask(strict, { ca, certificate })).subject).toBe("CN=gateway");
    await expect(ask(strict, { ca })).rejects.toMatchObject({ code: "ERR_UPSTREAM_TLS_HANDSHAKE" });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "goes on with the session of the one before, with %s",
    async (maxVersion) => {
      await using server = await startServer({ ...issue("localhost"), maxVersion });
      const connector = createTlsConnector({ ca });
      expect((await ask(server, {}, connector)).resumed).toBe(false);
      const again = await ask(server, {}, connector);
      expect(again.resumed).toBe(true);
      expect(again.stream.tls?.resumed).toBe(true);
    },
  );

  it("trusts the authorities of Mozilla, and those of the system", () => {
    expect(defaultAuthorities()).toEqual(expect.arrayContaining(rootCertificates.map((pem) => pem.trim())));
  });
});

describe("a server that does not speak TLS", () => {
  it("is told apart, and what it sent before is never taken for an answer", async () => {
    await using server = await listening(
      createPlainServer((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
    );
    await expect(ask(server, { ca, verify: false })).rejects.toMatchObject({
      code: "ERR_UPSTREAM_TLS_HANDSHAKE",
      reason: expect.stringMatching(/^ERR_SSL_/),
    });
  });

  it("may go away", async () => {
    await using server = await listening(createPlainServer((socket) => socket.destroy()));
    await expect(ask(server, { ca })).rejects.toMatchObject({
      code: "ERR_UPSTREAM_TLS_HANDSHAKE",
      reason: "ECONNRESET",
    });
  });

  it("is waited for no longer than connecting may take", async () => {
    await using server = await listening(createPlainServer(() => {}));
    const closed = onceAccepted(server);
    await expect(ask(server, { ca, timeoutMs: 200 })).rejects.toMatchObject({
      code: "ERR_UPSTREAM_CONNECT_TIMEOUT",
      timeoutMs: 200,
    });
    await closed;
  });

  it("is left when the caller gives up", async () => {
    await using server = await listening(createPlainServer(() => {}));
    const closed = onceAccepted(server);
    const giveUp = new AbortController();
    const connecting: Promise<ByteStream> = createTlsConnector({ ca }).connect(server.target, {
      signal: giveUp.signal,
    });
    connecting.catch(() => {});
    await closed.accepted;
    giveUp.abort(new Error("no longer wanted"));
    await expect(connecting).rejects.toThrow("no longer wanted");
    await closed;
  });
});

/** Resolves when the first connection of `server` is closed by its client. */
function onceAccepted(server: TestServer): Promise<void> & { readonly accepted: Promise<void> } {
  const accepted = deferred<void>();
  const closed = deferred<void>();
  const look = setInterval(() => {
    const [socket] = server.sockets;
    if (socket === undefined) return;
    clearInterval(look);
    accepted.resolve();
    socket.once("close", () => closed.resolve()).resume();
  }, 5);
  return Object.assign(closed.promise, { accepted: accepted.promise });
}
