import { StreamReader } from "@monolake/streams";
import { deferred, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpResponse } from "../../src/index.ts";
import { get, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const ask = get("/chat", "Connection: Upgrade", "Upgrade: echo");

function switching(upgraded: HttpResponse["upgraded"]): HttpResponse {
  const response = createResponse(undefined, {
    status: 101,
    headers: { Upgrade: "echo", "Content-Length": "7", "Transfer-Encoding": "chunked" },
  });
  response.upgraded = upgraded;
  return response;
}

describe("an upgrade", () => {
  it("hands the stream over, with the bytes that came early, in order", async () => {
    await using server = await serve(async (request) =>
      request.upgrade
        ? switching(async (stream) => {
            const reader = new StreamReader(stream);
            for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
              await reader.write(Buffer.from(String(chunk).toUpperCase()));
            }
            stream.end();
          })
        : createResponse("plain"),
    );
    await using client = await rawClient(server, { allowHalfOpen: true });
    void client.write(`${get()}${ask}early `);
    expect((await readResponse(client)).body).toBe("plain");
    const { status, reason, headers } = await readHead(client);
    expect({ status, reason, headers }).toEqual({
      status: 101,
      reason: "Switching Protocols",
      headers: { upgrade: "echo", connection: "upgrade" },
    });
    await client.readUntil("EARLY ");
    void client.write("bird");
    await client.readUntil("BIRD");
    expect(server.connections()).toBe(1);
    client.end();
    expect(await client.readToEnd()).toBe("");
    await client.closed;
  });

  it("tells an end that came before it was taken over", async () => {
    const answer = deferred();
    const called = deferred();
    await using server = await serve(async () => {
      called.resolve();
      await answer.promise;
      return switching(async (stream) => {
        const reader = new StreamReader(stream);
        await reader.write(Buffer.from(String(await reader.read())));
        stream.end();
      });
    });
    await using client = await rawClient(server, { allowHalfOpen: true });
    void client.write(ask);
    await called.promise;
    client.end();
    answer.resolve();
    expect((await readHead(client)).status).toBe(101);
    expect(await client.readToEnd()).toBe("undefined");
  });

  it("is over when its promise settles, also when it rejects or throws", async () => {
    for (const upgraded of [
      () => Promise.reject(new Error("rejected")),
      () => {
        throw new Error("thrown");
      },
    ]) {
      await using server = await serve(async () => switching(upgraded));
      await using client = await rawClient(server);
      void client.write(ask);
      expect((await readHead(client)).status).toBe(101);
    }
  });

  it("is for requests that ask for it, and are complete", async () => {
    const errors: unknown[] = [];
    await using server = await serve(async () => switching(async (stream) => stream.destroy()), {
      onError: (error) => errors.push(error),
    });
    const body = (length: number) =>
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\nContent-Length: ${length}\r\n\r\nhello`;
    for (const request of [
      get(),
      "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n",
      body(10),
    ]) {
      await using client = await rawClient(server);
      void client.write(request);
      expect((await readResponse(client)).status).toBe(500);
    }
    expect(errors.length).toBe(3);
    await using client = await rawClient(server);
    void client.write(body(5));
    expect((await readHead(client)).status).toBe(101);
  });

  it("that is named by an answer is named by Connection, too (RFC 9110 section 7.8)", async () => {
    await using server = await serve(async () =>
      createResponse("no", { status: 426, headers: { Upgrade: "echo" } }),
    );
    await using client = await rawClient(server);
    void client.write(get());
    expect((await readResponse(client)).headers).toMatchObject({ upgrade: "echo", connection: "upgrade" });
    void client.write(get("/", "Connection: close"));
    expect((await readResponse(client)).headers).toMatchObject({
      upgrade: "echo",
      connection: "close, upgrade",
    });
  });

  it("that is refused leaves an HTTP connection", async () => {
    await using server = await serve(async () => createResponse("no", { status: 426 }));
    await using client = await rawClient(server);
    void client.write(ask + get());
    expect((await readResponse(client)).status).toBe(426);
    expect((await readResponse(client)).status).toBe(426);
  });
});

describe("interim responses", () => {
  it("are passed on before the final one, to clients that know them", async () => {
    await using server = await serve(async (request) => {
      const { Headers } = await import("../../src/index.ts");
      request.onInformational?.(
        103,
        new Headers({
          Link: "</a>",
          Connection: "close, X-Hop, upgrade",
          "X-Hop": "1",
          Upgrade: "other",
          "Content-Length": "5",
        }),
      );
      request.onInformational?.(100, new Headers());
      request.onInformational?.(101, new Headers());
      request.onInformational?.(200, new Headers());
      return createResponse("final");
    });
    await using client = await rawClient(server);
    void client.write(get());
    expect(await client.readUntil("\r\n\r\n")).toBe("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    expect((await readResponse(client)).body).toBe("final");
    void client.write("GET / HTTP/1.0\r\n\r\n");
    expect((await readResponse(client)).body).toBe("final");
  });

  it("that come too late do not reach the next exchange", async () => {
    let late: (() => void) | undefined;
    await using server = await serve(async (request) => {
      const { Headers } = await import("../../src/index.ts");
      late?.();
      late = () => request.onInformational?.(103, new Headers());
      return createResponse(request.target);
    });
    await using client = await rawClient(server);
    void client.write(get("/1") + get("/2"));
    expect((await readResponse(client)).body).toBe("/1");
    expect((await readResponse(client)).body).toBe("/2");
  });
});
