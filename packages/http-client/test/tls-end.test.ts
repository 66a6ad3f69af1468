import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type SecureVersion, type TLSSocket } from "node:tls";
import { createRequest, readBody } from "@monolake/http";
import { createCertificate, deferred } from "@monolake/test-kit";
import { createTlsConnector } from "@monolake/transports";
import { describe, expect, it } from "vitest";
import { HttpClient, type HttpTarget } from "../src/index.ts";

const { certificate, key } = createCertificate({ names: ["localhost"] });

/** A server whose answer to the first request is begun with `head`, over TLS. */
async function answering(head: string, maxVersion: SecureVersion) {
  const server = createServer({ cert: certificate, key, maxVersion });
  const beneath: Socket[] = [];
  const answered = deferred<TLSSocket>();
  server.on("connection", (socket) => void beneath.push(socket));
  server.on("secureConnection", (socket) => {
    const answer = () => socket.write(head, () => answered.resolve(socket));
    socket.on("error", () => {}).once("data", answer);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const connector = createTlsConnector({ ca: certificate, serverName: "localhost" });
  const target: HttpTarget = { key: "x", address: { type: "socket", host: "127.0.0.1", port }, connector };
  return {
    target,
    /** Ends TLS, or only the connection, behind what was written. */
    async end(how: "with" | "without") {
      const socket = await answered.promise;
      const raw = beneath.find(({ remotePort }) => remotePort === socket.remotePort);
      (how === "with" ? socket : raw)?.end();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of beneath) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const get = () => createRequest({ target: "/", headers: { Host: "localhost" } });
const untilTheEnd = "HTTP/1.1 200 OK\r\n\r\nhalf";

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a response over %s that ends with its connection",
  (version) => {
    it("is whole behind close_notify", async () => {
      await using server = await answering(untilTheEnd, version);
      await using client = new HttpClient();
      const { body } = await client.request(server.target, get());
      const content = readBody(body);
      await server.end("with");
      expect(String(await content)).toBe("half");
    });

    it.each([
      ["by itself", 1],
      ["with others", 4],
    ])("is broken off without it (RFC 9112 section 9.8), on a connection %s", async (_how, pipelining) => {
      await using server = await answering(untilTheEnd, version);
      await using client = new HttpClient();
      const { body } = await client.request({ ...server.target, pipelining }, get());
      const content = readBody(body);
      await server.end("without");
      await expect(content).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED", unanswered: false });
    });

    it("needs none where its length says where it ends", async () => {
      await using server = await answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf", version);
      await using client = new HttpClient();
      const { body } = await client.request(server.target, get());
      expect(String(await readBody(body))).toBe("half");
      await server.end("without");
    });

    it("has no answer when that comes before its head is whole", async () => {
      await using server = await answering("HTTP/1.1 200 OK\r\n", version);
      await using client = new HttpClient();
      const answer = client.request(server.target, get());
      const failure = expect(answer).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED" });
      await server.end("without");
      await failure;
    });
  },
);
