import { rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest, type HttpClientConnectionOptions, readBody } from "../../src/index.ts";
import { connectClient } from "./client.ts";
import { get, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const head = "POST /up HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A raw upstream, and a server before it that passes requests on as a gateway does. */
async function gateway(options: HttpClientConnectionOptions = {}) {
  const upstream = await startRawServer();
  const client = await connectClient(upstream, options);
  const server = await serve((request, { cancellation }) => {
    request.headers.delete("expect");
    return client.connection.send(request, cancellation);
  });
  return {
    ...server,
    next: () => upstream.nextConnection(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describe("Expect: 100-continue through a gateway", () => {
  it("goes on to the upstream, whose 100 comes back, and then the body", async () => {
    await using proxy = await gateway();
    await using client = await rawClient(proxy);
    void client.write(head);
    const upstream = await proxy.next();
    const received = await upstream.readUntil("\r\n\r\n");
    expect(received).toMatch(/\r\nExpect: 100-continue\r\n/);
    expect(client.unread).toBe("");
    void upstream.write("HTTP/1.1 100 Continue\r\n\r\n");
    expect(await client.readUntil("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    void client.write("hello");
    await upstream.readUntil("hello");
    void upstream.write(ok);
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "ok" });
    void client.write(get("/next"));
    await upstream.readUntil("GET /next ");
  });

  it("is answered by the upstream's refusal alone: no 100, and what follows is no request", async () => {
    await using proxy = await gateway();
    await using client = await rawClient(proxy);
    void client.write(head);
    const upstream = await proxy.next();
    await upstream.readUntil("\r\n\r\n");
    void upstream.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    const refusal = await readResponse(client);
    expect(refusal).toMatchObject({ status: 403, body: "no", headers: { connection: "close" } });
    void client.write(get("/smuggled"));
    expect(await client.readToEnd()).toBe("");
    expect(await upstream.readToEnd()).toBe("");
  });

  it("does not wait for ever: an upstream that says nothing gets the body", async () => {
    await using proxy = await gateway({ continueTimeoutMs: 80 });
    await using client = await rawClient(proxy);
    void client.write(head);
    const upstream = await proxy.next();
    await upstream.readUntil("\r\n\r\n");
    expect(await client.readUntil("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    void client.write("hello");
    await upstream.readUntil("hello");
    void upstream.write(ok);
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "ok" });
  });

  it("is not sent on with a body that is here, nor with a timeout of 0", async () => {
    await using proxy = await gateway();
    await using client = await rawClient(proxy);
    void client.write(`${head}hello`);
    expect(await (await proxy.next()).readUntil("hello")).not.toMatch(/expect/i);

    await using hasty = await gateway({ continueTimeoutMs: 0 });
    await using another = await rawClient(hasty);
    void another.write(head);
    expect(await another.readUntil("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    void another.write("hello");
    expect(await (await hasty.next()).readUntil("hello")).not.toMatch(/expect/i);
  });

  it("does not keep a client of HTTP/1.0 waiting", async () => {
    await using proxy = await gateway();
    await using client = await rawClient(proxy);
    void client.write(`${head.replace("HTTP/1.1", "HTTP/1.0")}hello`);
    const upstream = await proxy.next();
    expect(await upstream.readUntil("hello")).not.toMatch(/expect/i);
    void upstream.write(ok);
    expect((await readHead(client)).status).toBe(200);
  });

  it("lets a program ask before it sends, and gives the body up with the connection", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      connection.reset();
    });
    await using client = await connectClient(server);
    const request = createRequest({ method: "POST", headers: { Host: "x" }, body: streamed() });
    request.expectContinue = true;
    await expect(client.connection.send(request)).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED" });
    await expect(readBody(request.body)).rejects.toMatchObject({ code: "ERR_HTTP_BODY_USED" });
  });
});

async function* streamed(): AsyncGenerator<Buffer> {
  yield Buffer.from("hello");
}

describe("interim responses of an upstream", () => {
  it("are not for a client of HTTP/1.0, whatever the services make of its request", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    await using upstream = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write(early + ok);
    });
    await using outgoing = await connectClient(upstream);
    await using server = await serve((request, { cancellation }) => {
      request.version = "1.1";
      return outgoing.connection.send(request, cancellation);
    });
    await using client = await rawClient(server);
    void client.write("GET / HTTP/1.0\r\n\r\n");
    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
