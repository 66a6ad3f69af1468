import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import { createCertificate, type KeyKind } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { authority, certificateFor, clientHello, startTlsEcho, visit } from "./tls-server.ts";

const localhost = certificateFor("localhost");

describe("the certificate", () => {
  it("is the one for the name that the client asks for: exact before wildcard before default", async () => {
    await using echo = await startTlsEcho({
      certificates: [
        certificateFor("default.test"),
        certificateFor("*.example.org"),
        certificateFor("exact.example.org", "other.test"),
      ],
    });
    const shownFor = async (servername: string) =>
      (await visit(echo.port, { servername, checkServerIdentity: () => undefined })).subject;
    expect(await shownFor("exact.example.org")).toBe("DNS:exact.example.org, DNS:other.test");
    expect(await shownFor("EXACT.Example.ORG")).toBe("DNS:exact.example.org, DNS:other.test");
    expect(await shownFor("other.test")).toBe("DNS:exact.example.org, DNS:other.test");
    expect(await shownFor("some.example.org")).toBe("DNS:*.example.org");
    expect(await shownFor("a.b.example.org")).toBe("DNS:default.test");
    expect(await shownFor("example.org")).toBe("DNS:default.test");
    expect(await shownFor("")).toBe("DNS:default.test");
  });

  it("is shown for the names that it is configured for, whatever it says itself", async () => {
    const certificates = [localhost, { ...certificateFor("a.test"), names: ["B.test"] }];
    await using echo = await startTlsEcho({ certificates });
    const shownFor = async (servername: string) =>
      (await visit(echo.port, { servername, checkServerIdentity: () => undefined })).subject;
    expect([await shownFor("a.test"), await shownFor("b.test")]).toEqual(["DNS:localhost", "DNS:a.test"]);
  });

  it("may have a key of any kind, in any PEM form", async () => {
    const kinds: readonly KeyKind[] = ["ec", "ec-p384", "ed25519", "rsa"];
    for (const kind of kinds) {
      const {
        certificate: chain,
        key,
        privateKey,
      } = createCertificate({ names: ["localhost"], issuer: authority, kind });
      const forms = [key];
      if (kind === "rsa") forms.push(privateKey.export({ type: "pkcs1", format: "pem" }) as string);
      if (kind === "ec") forms.push(createPrivateKey(key).export({ type: "sec1", format: "pem" }) as string);
      for (const form of forms) {
        await using echo = await startTlsEcho({ certificates: [{ chain, key: form }] });
        expect((await visit(echo.port, { servername: "localhost" })).echoed).toBe("word");
      }
    }
  });

  it("is chosen by what the client can, where two for the same name have keys of different kinds", async () => {
    const certificates = (["ec", "rsa"] as const).map((kind) => {
      const { certificate: chain, key } = createCertificate({
        names: ["localhost"],
        issuer: authority,
        kind,
      });
      return { chain, key };
    });
    await using echo = await startTlsEcho({ certificates });
    const withCipher = async (ciphers: string) =>
      (await visit(echo.port, { servername: "localhost", maxVersion: "TLSv1.2", ciphers })).cipher;
    expect(await withCipher("ECDHE-RSA-AES128-GCM-SHA256")).toBe("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    expect(await withCipher("ECDHE-ECDSA-AES128-GCM-SHA256")).toBe("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  });
});

describe("what is agreed on", () => {
  it("is told to the services inside", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], alpnProtocols: ["h2", "http/1.1"] });
    await visit(echo.port, { servername: "localhost", ALPNProtocols: ["http/1.1"] });
    expect(echo.contexts[0]?.tls).toMatchObject({
      protocol: "TLSv1.3",
      cipher: "TLS_AES_128_GCM_SHA256",
      alpnProtocol: "http/1.1",
      serverName: "localhost",
      resumed: false,
    });
  });

  it("is the first protocol of the server's list that the client has; a client without is served", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], alpnProtocols: ["h2", "http/1.1"] });
    const alpnOf = async (...ALPNProtocols: string[]) =>
      (
        await visit(echo.port, {
          servername: "localhost",
          ...(ALPNProtocols.length > 0 && { ALPNProtocols }),
        })
      ).alpn;
    expect([await alpnOf("http/1.1", "h2"), await alpnOf("http/1.1"), await alpnOf()]).toEqual([
      "h2",
      "http/1.1",
      false,
    ]);
    await expect(alpnOf("spdy/3")).rejects.toMatchObject({
      code: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    });
    expect(await echo.outcomes.at(-1)).toMatchObject({ code: "ERR_TLS_HANDSHAKE", source: "downstream" });
  });

  it("keeps to versions and ciphers", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], minVersion: "TLSv1.3" });
    await expect(visit(echo.port, { servername: "localhost", maxVersion: "TLSv1.2" })).rejects.toMatchObject({
      code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    });
    expect(await echo.outcomes[0]).toMatchObject({
      reason: "ERR_SSL_UNSUPPORTED_PROTOCOL",
      serverName: "localhost",
    });
    await using old = await startTlsEcho({ certificates: [localhost], maxVersion: "TLSv1.2" });
    expect((await visit(old.port, { servername: "localhost" })).protocol).toBe("TLSv1.2");
    await using chosen = await startTlsEcho({
      certificates: [localhost],
      ciphers: "TLS_CHACHA20_POLY1305_SHA256",
    });
    expect((await visit(chosen.port, { servername: "localhost" })).cipher).toBe(
      "TLS_CHACHA20_POLY1305_SHA256",
    );
  });

  it("offers no cipher without forward secrecy", async () => {
    const { certificate: chain, key } = createCertificate({
      names: ["localhost"],
      issuer: authority,
      kind: "rsa",
    });
    await using echo = await startTlsEcho({ certificates: [{ chain, key }] });
    const options = {
      servername: "localhost",
      maxVersion: "TLSv1.2",
      ciphers: "AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256",
    } as const;
    await expect(visit(echo.port, options)).rejects.toMatchObject({
      code: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
    });
  });
});

describe("client certificates", () => {
  const client = createCertificate({ subject: "client 7", names: ["client"], issuer: authority });
  const own = { cert: client.certificate, key: client.key };
  const stranger = createCertificate({ subject: "stranger" });
  const others = { cert: stranger.certificate, key: stranger.key };

  it("are told when they are valid, and may be missing where they are optional", async () => {
    const clientCertificates = { mode: "optional", ca: authority.certificate } as const;
    await using echo = await startTlsEcho({ certificates: [localhost], clientCertificates });
    await visit(echo.port, { servername: "localhost", ...own });
    await visit(echo.port, { servername: "localhost" });
    await expect(visit(echo.port, { servername: "localhost", ...others })).rejects.toThrow();
    // After the connections are closed, too.
    expect(echo.contexts.map(({ tls }) => tls?.peerCertificate?.subject)).toEqual(["CN=client 7", undefined]);
    expect(echo.contexts[0]?.tls?.peerCertificate).toMatchObject({
      issuer: "CN=test authority",
      authorized: true,
    });
    expect(await echo.outcomes[2]).toMatchObject({
      code: "ERR_TLS_HANDSHAKE",
      reason: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "are demanded where they are required, with %s",
    async (maxVersion) => {
      const clientCertificates = { mode: "required", ca: authority.certificate } as const;
      await using echo = await startTlsEcho({ certificates: [localhost], clientCertificates, maxVersion });
      expect((await visit(echo.port, { servername: "localhost", ...own })).echoed).toBe("word");
      await expect(visit(echo.port, { servername: "localhost" })).rejects.toThrow();
      await expect(visit(echo.port, { servername: "localhost", ...others })).rejects.toThrow();
      expect(echo.contexts).toHaveLength(1);
      expect(await echo.outcomes[1]).toMatchObject({ reason: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE" });
      expect(await echo.outcomes[2]).toMatchObject({ reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    },
  );
});

describe("what goes wrong", () => {
  it("ends a connection whose client says nothing, or only the half, in time", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], handshakeTimeoutMs: 200 });
    for (const bytes of ["", "\x16\x03\x01\x02\x00\x01\x00\x01"]) {
      await closedAfter(echo.port, bytes);
      expect(await echo.outcomes.at(-1)).toMatchObject({ code: "ERR_TLS_HANDSHAKE_TIMEOUT", timeoutMs: 200 });
    }
  });

  it("ends a connection whose client stops after its hello", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], handshakeTimeoutMs: 200 });
    await closedAfter(echo.port, (await clientHello("localhost")).toString("latin1"));
    expect(await echo.outcomes[0]).toMatchObject({ code: "ERR_TLS_HANDSHAKE_TIMEOUT" });
  });

  it("closes a connection at once whose client ends in the middle of the handshake", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], handshakeTimeoutMs: 0 });
    const client = connectPlain(echo.port, "127.0.0.1");
    client.write(await clientHello("localhost"));
    client.once("data", () => client.end());
    await new Promise((resolve) => client.once("close", resolve));
    expect(await echo.outcomes[0]).toMatchObject({ code: "ERR_TLS_HANDSHAKE" });
  });

  it("closes a connection that does not begin as TLS does, at its first byte", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost] });
    for (const bytes of [
      "GET / HTTP/1.1\r\n\r\n",
      "\x16\x02",
      "\x80",
      "\x16\x03\x01\x00\x00",
      "\x16\x03\x01\x00\x04\x02\x00\x00\x00",
    ]) {
      await closedAfter(echo.port, bytes);
      expect(await echo.outcomes.at(-1)).toMatchObject({
        code: "ERR_TLS_CLIENT_HELLO",
        source: "downstream",
      });
    }
  });

  it("begins no more handshakes than it may, and counts those that are over no longer", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], maxHandshakes: 1 });
    const idle = connectPlain(echo.port, "127.0.0.1");
    await once(idle, "connect");
    idle.write("\x16");
    await expect(visit(echo.port, { servername: "localhost" })).rejects.toThrow();
    expect(await echo.outcomes[1]).toMatchObject({ code: "ERR_TLS_TOO_MANY_HANDSHAKES", maxHandshakes: 1 });
    idle.destroy();
    await echo.outcomes[0];
    expect((await visit(echo.port, { servername: "localhost" })).echoed).toBe("word");
  });

  it("shakes hands once: a client of TLS 1.2 that wants to again is cut off or not heard, and the others are served", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost], maxVersion: "TLSv1.2" });
    const socket = connect({
      port: echo.port,
      host: "127.0.0.1",
      ca: authority.certificate,
      servername: "localhost",
    });
    await once(socket, "secureConnect");
    const renegotiated = await new Promise<Error | null>((resolve) => {
      socket.once("error", resolve);
      socket.once("close", () => resolve(new Error("closed")));
      socket.renegotiate({}, resolve);
    });
    expect(renegotiated).toMatchObject({ code: "ERR_SSL_NO_RENEGOTIATION" });
    socket.destroy();
    expect((await visit(echo.port, { servername: "localhost" })).echoed).toBe("word");
  });

  it("reads a hello that comes byte by byte", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost] });
    const socket = connectPlain(echo.port, "127.0.0.1");
    await once(socket, "connect");
    const slow = new Duplex({
      read() {},
      async write(chunk: Buffer, _encoding, done) {
        for (const byte of chunk.subarray(0, 600))
          await new Promise((sent) => socket.write(Buffer.of(byte), sent));
        socket.write(chunk.subarray(600), () => done());
      },
    });
    socket.on("data", (chunk: Buffer) => slow.push(chunk));
    const client = connect({ socket: slow, ca: authority.certificate, servername: "localhost" });
    await once(client, "secureConnect");
    client.write("hello");
    expect(String((await once(client, "data"))[0])).toBe("hello");
    socket.destroy();
  });

  it("passes much in both directions, at the pace of the reader", async () => {
    await using echo = await startTlsEcho({ certificates: [localhost] });
    const client = connect({
      port: echo.port,
      host: "127.0.0.1",
      ca: authority.certificate,
      servername: "localhost",
    });
    const sent = Buffer.alloc(24 * 1024 * 1024, "0123456789abcdef!");
    client.end(sent);
    const received: Buffer[] = [];
    for await (const chunk of client) received.push(chunk as Buffer);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    expect(await echo.outcomes[0]).toBeUndefined();
  });
});

/** Sends bytes, and waits for the server to close. */
async function closedAfter(port: number, bytes: string): Promise<void> {
  const socket = connectPlain({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  socket.write(Buffer.from(bytes, "latin1"));
  const ended = new Promise<void>((resolve) => socket.on("end", resolve).on("close", () => resolve()));
  socket.resume();
  await ended;
  socket.destroy();
}
