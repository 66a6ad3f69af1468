import { createHash, randomBytes } from "node:crypto";
import { request as nodeRequest } from "node:http";
import { rawClient, startHttpUpstream, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** An upstream that answers each connection's first request with raw text. */
const answering = (answer: string, end = true) =>
  startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    await connection.write(answer);
    if (end) connection.end();
  });

/** What a client sees of a raw answer, up to the end of the connection. */
async function through(answer: string, request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") {
  await using upstream = await answering(answer);
  await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${upstream.port}`) });
  await using client = await rawClient(proxy.address);
  await client.write(request);
  return await client.readToEnd();
}

describe("responses pass whatever their shape", () => {
  it("with a length", async () => {
    const seen = await through("HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello");
    expect(seen).toMatch(/^HTTP\/1\.1 200 Fine\r\n/);
    expect(seen).toMatch(/X-A: 1\r\nX-A: 2\r\n/);
    expect(seen).toMatch(/\r\nContent-Length: 5\r\n[\s\S]*\r\n\r\nhello$/);
  });

  it("in chunks with trailers", async () => {
    const seen = await through(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 9\r\nContent-Length: 7\r\n\r\n",
    );
    expect(seen).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
    expect(seen).toMatch(/\r\n\r\n5\r\nabcde\r\n0\r\nX-Sum: 9\r\n\r\n$/);
  });

  it("until the connection closes", async () => {
    const seen = await through("HTTP/1.1 200 OK\r\n\r\nall the rest");
    expect(seen).toMatch(/all the rest/);
  });

  it("without a body: 204, 304 and the answer to HEAD", async () => {
    expect(await through("HTTP/1.1 204 No Content\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 204 No Content\r\n[\s\S]*\r\n\r\n$/,
    );
    const notModified = await through("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: x\r\n\r\n");
    expect(notModified).toMatch(/Content-Length: 7\r\n[\s\S]*\r\n\r\n$/);
    const head = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    expect(await through("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", head)).toMatch(
      /Content-Length: 1000\r\n[\s\S]*\r\n\r\n$/,
    );
  });

  it("after interim ones", async () => {
    const seen = await through(
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    );
    expect(seen).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*ok$/,
    );
  });

  it("broken off: the client gets what came, and sees that it is not complete", async () => {
    const broken = through("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    await expect(broken).rejects.toThrow(/ECONNRESET[\s\S]*Content-Length: 100[\s\S]*only this/);
  });

  it("not HTTP at all: a 502", async () => {
    expect(await through("SSH-2.0-OpenSSH_9.2\r\n\r\n")).toMatch(/^HTTP\/1\.1 502 /);
  });
});

describe("an upgraded connection", () => {
  it("is a tunnel once both sides agreed", async () => {
    await using upstream = await startRawServer(async (connection) => {
      const head = await connection.readUntil("\r\n\r\n");
      expect(head).toMatch(/\r\nUpgrade: echo\r\n/i);
      expect(head).toMatch(/\r\nConnection: upgrade\r\n/i);
      await connection.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst",
      );
      await connection.write(await connection.readUntil("ping"));
      connection.end();
    });
    await using proxy = await startProxy({ server: everythingTo(`http://127.0.0.1:${upstream.port}`) });
    await using client = await rawClient(proxy.address);
    await client.write("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    expect(await client.readUntil("first")).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*Upgrade: echo\r\n[\s\S]*first$/i,
    );
    await client.write("ping");
    expect(await client.readToEnd()).toBe("ping");
  });
});

describe("large bodies", () => {
  const body = randomBytes(24 * 1024 * 1024);

  it("go up unchanged, with a length and in chunks", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    for (const headers of [{ "Content-Length": body.length }, {}]) {
      const answer = await new Promise<string>((resolve, reject) => {
        const upload = nodeRequest(`${proxy.origin}/up`, { method: "POST", headers }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          response.on("end", () => resolve(text));
        });
        upload.on("error", reject);
        upload.end(body);
      });
      expect(JSON.parse(answer)).toMatchObject({ bodyBytes: body.length, bodySha256: sha256(body) });
    }
  });

  it("come down unchanged, to many clients at once", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end(body));
    await using proxy = await startProxy({ server: everythingTo(upstream.origin), workers: 2 });
    const downloads = Array.from({ length: 6 }, async () => {
      const response = await fetch(proxy.origin);
      return sha256(new Uint8Array(await response.arrayBuffer()));
    });
    expect(new Set(await Promise.all(downloads))).toEqual(new Set([sha256(body)]));
  });

  it("come down unchanged in chunks", async () => {
    await using upstream = await startHttpUpstream(async (_request, response) => {
      for (let at = 0; at < body.length; at += 100_003) response.write(body.subarray(at, at + 100_003));
      response.end();
    });
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const response = await fetch(proxy.origin);
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(body));
  });
});

describe("a response that is sent bit by bit", () => {
  it("arrives bit by bit (server-sent events)", async () => {
    const next: (() => void)[] = [];
    await using upstream = await startHttpUpstream((_request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.flushHeaders();
      next.push(() => response.write("data: 1\n\n"));
      next.push(() => response.end("data: 2\n\n"));
    });
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const response = await fetch(proxy.origin);
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    next[0]?.();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("data: 1\n\n");
    next[1]?.();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
  });
});
