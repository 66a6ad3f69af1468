import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { encodeProxyHeader } from "@monolake/services/proxy-protocol";
import {
  type EchoedRequest,
  eventually,
  rawClient,
  skipWithout,
  startHaproxy,
  startHttpUpstream,
  startNginx,
  startProgram,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

const trusting = 'proxy_protocol = { trusted_proxies = ["127.0.0.0/8"] }';
const client = { type: "socket", host: "203.0.113.7", port: 4711 } as const;
const place = { type: "socket", host: "198.51.100.1", port: 80 } as const;
const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";
const request = "GET /a HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n";

/** Connects from another address of this machine, as a client of its own. */
const clientAt = (localAddress: string, port: number) =>
  connect({ host: "127.0.0.1", port, localAddress, allowHalfOpen: true });

const forwardedFor = (answer: string): string | undefined => {
  const { rawHeaders } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest;
  return rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === "x-forwarded-for") + 1];
};

describe("an HTTP server behind a proxy that sends PROXY headers", () => {
  it.each([1, 2] as const)(
    "takes the client's address from version %s, also in one segment with the head",
    async (version) => {
      await using folder = await temporaryFolder();
      const path = `${folder.path}/access.log`;
      await using upstream = await startHttpUpstream();
      await using proxy = await startProxy({
        server: `${trusting}
access_log = { path = "${path}", format = "$remote_addr $remote_port $peer_addr", flush_ms = 1 }
${everythingTo(upstream.origin)}`,
      });
      await using connection = await rawClient(proxy.address);
      const header = encodeProxyHeader(version, client, place);
      await connection.write(Buffer.concat([header, Buffer.from(request)]));
      expect(forwardedFor(await connection.readToEnd())).toBe("203.0.113.7");
      await expect.poll(() => readFile(path, "utf8")).toBe("203.0.113.7 4711 127.0.0.1\n");
    },
  );

  it("believes a forwarding field of a trusted proxy that a header names", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `${trusting}\nforwarded = { trusted_proxies = ["203.0.113.7"] }\n${everythingTo(upstream.origin)}`,
    });
    await using connection = await rawClient(proxy.address);
    const fields = request.replace("Host:", "X-Forwarded-For: 192.0.2.1\r\nHost:");
    await connection.write(Buffer.concat([encodeProxyHeader(2, client, place), Buffer.from(fields)]));
    expect(forwardedFor(await connection.readToEnd())).toBe("192.0.2.1, 203.0.113.7");
  });

  it("closes connections that come from elsewhere, or without a header, and says so once", async () => {
    await using proxy = await startProxy({
      server: `proxy_protocol = { trusted_proxies = ["127.0.0.1"] }\n${everythingTo("http://127.0.0.1:1")}`,
    });
    for (const localAddress of ["127.0.0.1", "127.0.0.1", "127.0.0.2"]) {
      const socket = clientAt(localAddress, proxy.port);
      socket.write(request);
      await expect(text(socket)).rejects.toMatchObject({ code: "ECONNRESET" });
    }
    const refusals = proxy.log.filter(({ msg }) => msg === "a connection was refused");
    expect(refusals).toMatchObject([
      { level: 40, server: "test", code: "ERR_PROXY_HEADER_MISSING", unlogged: 0 },
    ]);
  });

  it("says nothing of health checks", async () => {
    await using proxy = await startProxy({ server: `${trusting}\n${everythingTo("http://127.0.0.1:1")}` });
    for (const leave of ["end", "reset"] as const) {
      await using connection = await rawClient(proxy.address);
      connection[leave]();
      await connection.closed;
    }
    await using local = await rawClient(proxy.address);
    await local.write(Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex"));
    local.end();
    await local.closed;
    const complete = () => proxy.log.filter(({ msg }) => msg === "connection complete").length === 3;
    await eventually(complete);
    expect(proxy.log.filter(({ level, err }) => Number(level) > 30 || err !== undefined)).toEqual([]);
  });

  it("hears the client from HAProxy, whose health checks are served", async (test) => {
    skipWithout(test, "haproxy");
    await throughHaproxy("send-proxy");
    await throughHaproxy("send-proxy-v2");
    await throughHaproxy("send-proxy-v2 proxy-v2-options crc32c,unique-id,authority");
  }, 30_000);

  it("hears the client from nginx, and from curl", async (test) => {
    skipWithout(test, "nginx", "curl");
    if (!existsSync(streamModule)) test.skip("needs the stream module of nginx (libnginx-mod-stream)");
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: `${trusting}\n${everythingTo(upstream.origin)}` });
    const mainText = ({ port }: { readonly port: number }) =>
      `stream { server { listen 127.0.0.1:${port}; proxy_pass 127.0.0.1:${proxy.port}; proxy_protocol on; } }`;
    await using nginx = await startNginx("", { mainText, modules: [streamModule] });
    const socket = clientAt("127.0.0.9", nginx.port);
    // nginx would take an end of the client's side for the end of the connection.
    socket.write(request);
    expect(forwardedFor(await text(socket))).toBe("127.0.0.9");

    await using curl = await startProgram("curl", ["-s", "--haproxy-protocol", `${proxy.origin}/a`]);
    await curl.exited;
    expect(JSON.parse(curl.stdout)).toMatchObject({ method: "GET", url: "/a" });
  });
});

async function throughHaproxy(sending: string): Promise<void> {
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({ server: `${trusting}\n${everythingTo(upstream.origin)}` });
  await using haproxy = await startHaproxy(
    (port) => `
listen front
  mode tcp
  bind 127.0.0.1:${port}
  server gateway 127.0.0.1:${proxy.port} check inter 50ms fall 1 ${sending}`,
  );
  for (const localAddress of ["127.0.0.8", "127.0.0.9"]) {
    const socket = clientAt(localAddress, haproxy.port);
    socket.end(request);
    expect(forwardedFor(await text(socket))).toBe(localAddress);
  }
  // HAProxy stops sending to a server whose check has failed, and says so.
  const complete = () => proxy.log.filter(({ msg }) => msg === "connection complete").length;
  const before = complete();
  await eventually(() => complete() > before + 3);
  expect(haproxy.program.stderr).not.toMatch(/DOWN/);
  expect(proxy.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
}
