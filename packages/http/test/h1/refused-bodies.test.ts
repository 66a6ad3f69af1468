import { deferred, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, Headers, type HttpRequest, HttpResponse, readBody } from "../../src/index.ts";
import { get, post, postChunked, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const readAll = async (request: HttpRequest) => createResponse(await readBody(request.body));

describe("a body that is too large for the server", () => {
  it("is refused before the handler sees it, when it announces itself", async () => {
    let calls = 0;
    await using server = await serve(
      async () => {
        calls += 1;
        return createResponse("x");
      },
      { maxBodyBytes: 10 },
    );
    await using client = await rawClient(server);
    void client.write(post("x".repeat(11)));
    expect(await readResponse(client)).toMatchObject({ status: 413, headers: { connection: "close" } });
    expect(await client.readToEnd()).toBe("");
    expect(calls).toBe(0);
  });

  it("ends the request when it becomes too large", async () => {
    const errors: unknown[] = [];
    const called = deferred();
    await using server = await serve(
      async ({ body }, { cancellation }) => {
        cancellation.onCancel((reason) => errors.push(reason));
        called.resolve();
        await readBody(body).catch((error: unknown) => errors.push(error));
        return createResponse("too late");
      },
      { maxBodyBytes: 10 },
    );
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
    await called.promise;
    void client.write("6\r\n678901\r\n");
    expect((await readResponse(client)).status).toBe(413);
    expect(await client.readToEnd()).toBe("");
    expect(errors).toMatchObject([{ code: "ERR_HTTP_BODY_TOO_LARGE" }, { code: "ERR_HTTP_BODY_TOO_LARGE" }]);
  });

  it("lets what is just as large through", async () => {
    await using server = await serve(readAll, { maxBodyBytes: 10 });
    await using client = await rawClient(server);
    void client.write(post("1234567890") + postChunked(["12345", "67890"]));
    expect((await readResponse(client)).body).toBe("1234567890");
    expect((await readResponse(client)).body).toBe("1234567890");
  });
});

describe("a malformed chunk", () => {
  it("while the handler waits for it: 400, the handler hears it, and nothing more is taken from the connection", async () => {
    const outcome = deferred<unknown>();
    const cancelled = deferred<unknown>();
    const called = deferred();
    await using server = await serve(async ({ body }, { cancellation }) => {
      cancellation.onCancel(cancelled.resolve);
      called.resolve();
      await readBody(body).then(outcome.resolve, outcome.resolve);
      return createResponse("too late");
    });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await called.promise;
    void client.write(`zz\r\n${get("/smuggled")}`);
    expect(await readResponse(client)).toMatchObject({ status: 400, headers: { connection: "close" } });
    expect(await client.readToEnd()).toBe("");
    expect(await outcome.promise).toMatchObject({ code: "ERR_HTTP_CHUNKED_ENCODING" });
    expect(await cancelled.promise).toMatchObject({ code: "ERR_HTTP_CHUNKED_ENCODING" });
  });

  it("that came with its head: 400 without a handler", async () => {
    let calls = 0;
    await using server = await serve(async () => {
      calls += 1;
      return createResponse("x");
    });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    expect((await readResponse(client)).status).toBe(400);
    expect(calls).toBe(0);
  });

  it("behind the head of the answer: the connection breaks", async () => {
    await using server = await serve(
      async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body),
    );
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await readHead(client);
    await client.readUntil("abc");
    void client.write("zz\r\n");
    await client.closed;
    expect(client.unread).not.toContain("0\r\n\r\n");
  });
});
