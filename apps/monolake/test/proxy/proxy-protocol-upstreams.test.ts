import { connect } from "node:net";
import { encodeProxyHeader, parseProxyHeader } from "@monolake/services/proxy-protocol";
import {
  rawClient,
  skipWithout,
  startHaproxy,
  startHttpUpstream,
  startNginx,
  startRawServer,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy, startProxyOf } from "./start-proxy.ts";
import { writeCertificate } from "./tls-files.ts";

const client = { type: "socket", host: "203.0.113.7", port: 4711 } as const;
const place = { type: "socket", host: "198.51.100.1", port: 80 } as const;
const trusting = 'proxy_protocol = { trusted_proxies = ["127.0.0.0/8"] }';

const socketUpstream = (port: number, version: string) =>
  `{ endpoint = { type = "socket", value = "127.0.0.1:${port}" }, proxy_protocol = "${version}" }`;

const httpTo = (port: number, version: string, more = "") => `
[[servers.test.routes]]
path = "/{*path}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${port}" }, proxy_protocol = "${version}"${more} }]`;

/** The binary protocol, framed: a call of "get" without arguments. */
const call = Buffer.from("00000010" + "80010001" + "00000003" + "676574" + "00000001" + "00", "hex");

const kinds = {
  http: {
    server: (port: number, version: string) => `proxy_type = "http"\n${trusting}${httpTo(port, version)}`,
    sent: Buffer.from("GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n"),
    received: /^GET \/a HTTP\/1\.1\r\n/,
  },
  thrift: {
    server: (port: number, version: string) =>
      `proxy_type = "thrift"\n${trusting}\n[servers.test.route]\nupstreams = [${socketUpstream(port, version)}]`,
    sent: call,
    received: /get/,
  },
  tcp: {
    server: (port: number, version: string) =>
      `proxy_type = "tcp"\n${trusting}\nupstreams = [${socketUpstream(port, version)}]`,
    sent: Buffer.from("hello"),
    received: /^hello$/,
  },
} as const;

describe("upstreams that are sent PROXY headers", () => {
  it.each(Object.entries(kinds))(
    "%s: hear of the client through two gateways, in both versions, before all else",
    async (_kind, { server, sent, received }) => {
      await using upstream = await startRawServer();
      await using second = await startProxyOf(server(upstream.port, "v1"));
      await using first = await startProxyOf(server(second.port, "v2"));
      await using connection = await rawClient(first.address);
      await connection.write(Buffer.concat([encodeProxyHeader(1, client, place), sent]));
      const arrived = await upstream.nextConnection();
      const header = "PROXY TCP4 203.0.113.7 198.51.100.1 4711 80\r\n";
      const bytes = await arrived.readUntil(
        (unread) => unread.length >= header.length && received.test(unread.slice(header.length)),
      );
      expect(bytes.slice(0, header.length)).toBe(header);
    },
  );

  it("are told who is at the other end where no header says it, and what was connected to", async () => {
    await using upstream = await startRawServer();
    await using proxy = await startProxy({ server: httpTo(upstream.port, "v2") });
    const socket = connect({ host: "127.0.0.1", port: proxy.port, localAddress: "127.0.0.9" });
    socket.write("GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n");
    const arrived = await upstream.nextConnection();
    const parsed = parseProxyHeader(await arrived.readExactly(28));
    expect(parsed).toMatchObject({
      header: {
        source: { host: "127.0.0.9", port: socket.localPort },
        destination: { host: "127.0.0.1", port: proxy.port },
      },
    });
    socket.destroy();
  });

  it("are told in front of TLS, where the next gateway looks for it", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "second");
    await using upstream = await startHttpUpstream();
    await using second = await startProxy({
      server: `${trusting}\ntls = { chain = "${folder.file("second.crt")}", key = "${folder.file("second.key")}" }
${everythingTo(upstream.origin)}`,
    });
    await using first = await startProxy({
      server: `${trusting}\n[[servers.test.routes]]
path = "/{*path}"
upstreams = [{ endpoint = { type = "uri", value = "https://127.0.0.1:${second.port}" }, proxy_protocol = "v2", tls = { verify = false } }]`,
    });
    const answer = await askAs(first.address);
    expect(answer).toContain('"X-Forwarded-For","203.0.113.7"');
    expect(answer).toContain("proto=https");
  });

  it("have a connection of its own for each client, which serves all of that client's requests", async () => {
    const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    await using upstream = await startRawServer(async (connection) => {
      const header = await connection.readUntil("\r\n");
      const port = header.trim().split(" ").at(-2);
      for (let requests = 1; ; requests += 1) {
        await connection.readUntil("\r\n\r\n");
        await connection.write(
          `${answer.replace("2\r\n", `${`${port} ${requests}`.length}\r\n`)}${port} ${requests}`,
        );
      }
    });
    await using proxy = await startProxy({
      server: httpTo(upstream.port, "v1", ", pipelining = 8"),
    });
    const ask = async (connection: Awaited<ReturnType<typeof rawClient>>) => {
      await connection.write("GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n");
      return (await connection.readUntil(/\r\n\r\n\d+ \d/)).split("\r\n\r\n")[1];
    };
    await using one = await rawClient(proxy.address);
    await using other = await rawClient(proxy.address);
    const [onePort, otherPort] = [one.socket.localPort, other.socket.localPort];
    expect([await ask(one), await ask(other), await ask(one), await ask(one), await ask(other)]).toEqual([
      `${onePort} 1`,
      `${otherPort} 1`,
      `${onePort} 2`,
      `${onePort} 3`,
      `${otherPort} 2`,
    ]);
    expect(upstream.connections.length).toBe(2);
  });

  it("may be HAProxy, which takes the client from both versions", async (test) => {
    skipWithout(test, "haproxy");
    await using haproxy = await startHaproxy(
      (port) => `
frontend front
  mode http
  bind 127.0.0.1:${port} accept-proxy
  http-request return status 200 content-type text/plain lf-string "%[src] %[src_port] %[dst]"`,
    );
    for (const version of ["v1", "v2"]) {
      await using proxy = await startProxy({ server: trusting + httpTo(haproxy.port, version) });
      expect(await askAs(proxy.address)).toBe("203.0.113.7 4711 198.51.100.1");
    }
  });

  it("may be nginx, which takes the client from both versions", async (test) => {
    skipWithout(test, "nginx");
    await using nginx = await startNginx(
      ({ port }) => `server {
  listen 127.0.0.1:${port} proxy_protocol;
  location / { return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr"; }
}`,
    );
    for (const version of ["v1", "v2"]) {
      await using proxy = await startProxy({ server: trusting + httpTo(nginx.port, version) });
      expect(await askAs(proxy.address)).toBe("203.0.113.7 4711 198.51.100.1");
    }
  });
});

/** The body of what a request of {@link client} is answered. */
async function askAs(address: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  await using connection = await rawClient(address);
  await connection.write(encodeProxyHeader(2, client, place));
  await connection.write("GET /a HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
  return (await connection.readToEnd()).split("\r\n\r\n")[1];
}
