import { eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpRequest, readBody } from "../../src/index.ts";
import { get, post, postChunked, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

/** Answers with what it was asked. */
const echo = async (request: HttpRequest) => {
  const body = (await readBody(request.body)).toString("latin1");
  return createResponse(`${request.method} ${request.target} ${body}`);
};

describe("a server connection", () => {
  it("answers one request after another", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server);
    for (const target of ["/1", "/2", "/3"]) {
      void client.write(get(target));
      const response = await readResponse(client);
      expect(response).toMatchObject({ version: "1.1", status: 200, reason: "OK", body: `GET ${target} ` });
      expect(response.headers["connection"]).toBeUndefined();
      expect(response.headers["date"]).toMatch(/^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT$/);
    }
    expect(server.connections()).toBe(1);
  });

  it("answers pipelined requests in order, whatever takes longest", async () => {
    await using server = await serve(async (request) => {
      const body = String(await readBody(request.body));
      for (let turn = request.target === "/slow" ? 5 : 0; turn > 0; turn--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return createResponse(`${request.target} ${body}`);
    });
    await using client = await rawClient(server);
    void client.write(
      `${get("/slow")}${post("one", "/a")}${postChunked(["t", "wo"])}\r\n${get("/b")}${post("", "/c")}`,
    );
    const bodies: string[] = [];
    for (let count = 0; count < 5; count++) bodies.push((await readResponse(client)).body);
    expect(bodies).toEqual(["/slow ", "/a one", "/ two", "/b ", "/c "]);
  });

  it("takes hundreds of requests in one segment", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server);
    const count = 800;
    void client.write(Array.from({ length: count }, (_, index) => get(`/${index}`)).join(""));
    for (let index = 0; index < count; index++) {
      expect((await readResponse(client)).body).toBe(`GET /${index} `);
    }
  });

  it("understands a conversation however it is cut", async () => {
    await using server = await serve(echo);
    const text = post("body", "/a") + postChunked(["chu", "nked"]) + get("/b");
    const expected = ["POST /a body", "POST / chunked", "GET /b "];
    const exchange = async (parts: readonly string[]) => {
      await using client = await rawClient(server);
      for (const part of parts) {
        void client.write(part);
        // A segment of its own.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const bodies = [];
      while (bodies.length < 3) bodies.push((await readResponse(client)).body);
      expect(bodies).toEqual(expected);
    };
    await exchange([...text]);
    for (let at = 1; at < text.length; at++) await exchange([text.slice(0, at), text.slice(at)]);
  });

  it("closes after HTTP/1.0, unless it is asked to stay, and answers with the version that it speaks", async () => {
    await using server = await serve(echo);
    await using closing = await rawClient(server);
    void closing.write("GET /old HTTP/1.0\r\n\r\n");
    expect(await readResponse(closing)).toMatchObject({
      version: "1.1",
      body: "GET /old ",
      headers: { connection: "close" },
    });
    expect(await closing.readToEnd()).toBe("");
    await using staying = await rawClient(server);
    for (const target of ["/1", "/2"]) {
      void staying.write(`GET ${target} HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n`);
      const response = await readResponse(staying);
      expect(response).toMatchObject({ version: "1.1", headers: { connection: "keep-alive" } });
    }
  });

  it("closes when the client, the handler or the limit of requests says so, and ignores what follows", async () => {
    await using server = await serve(
      async (request) => {
        const response = createResponse("x");
        response.persist = request.target !== "/handler-closes";
        return response;
      },
      { maxRequestsPerConnection: 3 },
    );
    const requests = [
      [get("/", "Connection: close")],
      [get("/", "Connection: foo, CLOSE")],
      [get("/handler-closes")],
      [get(), get(), get()],
    ];
    for (const group of requests) {
      await using client = await rawClient(server);
      void client.write(`${group.join("")}${get("/ignored")}`);
      for (let count = 1; count <= group.length; count++) {
        const { headers } = await readResponse(client);
        expect(headers["connection"]).toBe(count === group.length ? "close" : undefined);
      }
      expect(await client.readToEnd()).toBe("");
    }
  });

  it("answers every request that came before the client ended its side, then closes", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server, { allowHalfOpen: true });
    void client.write(get("/1") + post("x", "/2") + get("/3"));
    client.end();
    for (const body of ["GET /1 ", "POST /2 x", "GET /3 "]) {
      expect((await readResponse(client)).body).toBe(body);
    }
    expect(await client.readToEnd()).toBe("");
    expect((await client.closed).error).toBeUndefined();
  });

  it("answers a client that ends its side while the handler works", async () => {
    const called = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using server = await serve(async () => {
      called.resolve();
      await answer.promise;
      return createResponse("still there");
    });
    await using client = await rawClient(server, { allowHalfOpen: true });
    void client.write(get());
    await called.promise;
    client.end();
    await eventually(() => server.streams()[0]?.ended === true);
    answer.resolve();
    expect(await readResponse(client)).toMatchObject({
      body: "still there",
      headers: { connection: "close" },
    });
    expect(await client.readToEnd()).toBe("");
  });

  it("closes when the client ends its side between requests, or within a head", async () => {
    await using server = await serve(echo);
    for (const text of ["", get(), "GET / HT"]) {
      await using client = await rawClient(server, { allowHalfOpen: true });
      void client.write(text);
      if (text === get()) await readResponse(client);
      client.end();
      expect(await client.readToEnd()).toBe("");
    }
  });
});
