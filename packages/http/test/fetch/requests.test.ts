import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { serveFetch } from "./serve-fetch.ts";

/** What is answered to these bytes by a handler that tells the URL it sees. */
async function urlOf(head: string, scheme?: "https"): Promise<string> {
  await using server = await serveFetch(
    ({ method, url }) => new Response(`${method} ${url}`),
    scheme === undefined ? {} : { scheme },
  );
  await using client = await rawClient(server);
  await client.write(`${head}\r\nConnection: close\r\n\r\n`);
  const [answer = "", body = ""] = (await client.readToEnd()).split("\r\n\r\n");
  const status = answer.slice(9, 12);
  // One chunk, or all of it for HTTP/1.0, which knows none.
  return status === "200" ? (body.split("\r\n")[1] ?? body) : status;
}

describe("the URL of a request", () => {
  it.each([
    ["GET /a?b=c HTTP/1.1\r\nHost: site.test:81", "GET http://site.test:81/a?b=c"],
    ["GET /a HTTP/1.1\r\nHost: SITE.test", "GET http://site.test/a"],
    ["GET /a HTTP/1.1\r\nHost: [2001:db8::1]:8080", "GET http://[2001:db8::1]:8080/a"],
    ["GET //evil.test/a HTTP/1.1\r\nHost: site.test", "GET http://site.test//evil.test/a"],
    ["GET http://other.test/a HTTP/1.1\r\nHost: site.test", "GET http://other.test/a"],
    ["OPTIONS * HTTP/1.1\r\nHost: site.test", "OPTIONS http://site.test/"],
    ["GET /a%2fb/%7e?c=../d HTTP/1.1\r\nHost: site.test", "GET http://site.test/a%2fb/%7e?c=../d"],
    ["GET /a HTTP/1.0", "GET http://localhost/a"],
    ["QUERY /a HTTP/1.1\r\nHost: site.test", "QUERY http://site.test/a"],
  ])("of %j is %s", async (head, url) => {
    expect(await urlOf(head)).toBe(url);
  });

  it.each([
    "GET /a/../b HTTP/1.1\r\nHost: site.test",
    "GET /a/.%2E/b HTTP/1.1\r\nHost: site.test",
    "GET /a/%2e HTTP/1.1\r\nHost: site.test",
    "GET /a\\..\\b HTTP/1.1\r\nHost: site.test",
    "GET /a HTTP/1.1\r\nHost: user@site.test",
    "GET /a HTTP/1.1\r\nHost: site.test:99999",
  ])(
    "is none, and the answer 400, where a URL parser would change what others have looked at: %j",
    async (head) => {
      expect(await urlOf(head)).toBe("400");
    },
  );

  it("has the scheme that it is told", async () => {
    expect(await urlOf("GET / HTTP/1.1\r\nHost: site.test", "https")).toBe("GET https://site.test/");
  });
});

describe("a request", () => {
  it("brings its fields, repeated ones too, and what the layers around know", async () => {
    const seen: unknown[] = [];
    await using server = await serveFetch((request, { context }) => {
      seen.push(request.headers.get("x-a"), context.cancellation.cancelled);
      return new Response();
    });
    await using client = await rawClient(server);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: caf\xe9\r\nConnection: close\r\n\r\n");
    await client.readToEnd();
    expect(seen).toEqual(["1, caf\xe9", false]);
  });

  it("with a method that the Fetch standard refuses is answered with 501", async () => {
    await using server = await serveFetch(() => new Response());
    await using client = await rawClient(server);
    await client.write("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 501 /);
  });

  it("streams its body as it arrives, and is read no faster than the handler reads", async () => {
    let taken = 0;
    const { promise: begun, resolve: begin } =
      Promise.withResolvers<ReadableStreamDefaultReader<Uint8Array>>();
    const { promise: answer, resolve } = Promise.withResolvers<Response>();
    await using server = await serveFetch((request) => {
      begin((request.body as ReadableStream<Uint8Array>).getReader());
      return answer;
    });
    await using client = await rawClient(server);
    const length = 64 * 1024 * 1024;
    await client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\nfirst`);
    const reader = await begun;
    const first = await reader.read();
    expect(Buffer.from(first.value as Uint8Array).toString()).toBe("first");
    taken += 5;
    let written = 0;
    const rest = Buffer.alloc(1024 * 1024, "x");
    let isStuck = false;
    while (written + rest.length < length - 5 && !isStuck) {
      client.socket.write(rest);
      written += rest.length;
      isStuck = client.socket.writableLength > 8 * rest.length;
      await new Promise(setImmediate);
    }
    expect(isStuck).toBe(true);
    for (let left = length - 5 - written; left > 0; left -= rest.length)
      client.socket.write(rest.subarray(0, Math.min(left, rest.length)));
    for (let part = await reader.read(); !part.done; part = await reader.read()) taken += part.value.length;
    expect(taken).toBe(length);
    resolve(new Response("done"));
    expect(await client.readUntil("done")).toMatch(/^HTTP\/1\.1 200 /);
  }, 30_000);

  it("that nobody reads does not keep the connection from its next request", async () => {
    await using server = await serveFetch(async (request) => {
      if (request.url.endsWith("/part")) await request.body?.getReader().read();
      return new Response(new URL(request.url).pathname);
    });
    await using client = await rawClient(server);
    for (const path of ["/none", "/part"]) {
      await client.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody`);
      expect(await client.readUntil("0\r\n\r\n")).toContain(path);
    }
    await client.write("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(await client.readUntil("0\r\n\r\n")).toContain("/last");
  });

  it("aborts its signal, its body and the response's body when the client leaves", async () => {
    const events: string[] = [];
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const aborted = (what: string) => {
      if (events.push(what) === 3) end();
    };
    await using server = await serveFetch((request) => {
      request.signal.addEventListener("abort", () => aborted("signal"));
      request.text().catch(() => aborted("request"));
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from("first")),
        cancel: () => aborted("response"),
      });
      return new Response(body);
    });
    await using client = await rawClient(server);
    await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\npart");
    await client.readUntil("first");
    client.reset();
    await over;
    expect(events.toSorted()).toEqual(["request", "response", "signal"]);
  });

  it("that is complete is not aborted", async () => {
    let aborted = false;
    await using server = await serveFetch((request) => {
      request.signal.addEventListener("abort", () => (aborted = true));
      return new Response("done");
    });
    await using client = await rawClient(server);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.readToEnd();
    await client.closed;
    expect(aborted).toBe(false);
  });
});
