import { eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpRequest, readBody } from "../../src/index.ts";
import { get, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const readAll = async (request: HttpRequest) => createResponse(await readBody(request.body));
const ignore = async () => createResponse("ignored");

describe("Expect: 100-continue", () => {
  const head = (length: number, ...fields: readonly string[]) =>
    `POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n${fields.join("")}\r\n`;

  it("is answered when the handler begins to read", async () => {
    await using server = await serve(readAll);
    await using client = await rawClient(server);
    for (const body of ["first", "second"]) {
      void client.write(head(body.length));
      expect(await client.readUntil("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
      void client.write(body);
      expect((await readResponse(client)).body).toBe(body);
    }
  });

  it("is not answered when the handler does not read: the connection closes, and the body is no request", async () => {
    await using server = await serve(ignore);
    await using client = await rawClient(server);
    void client.write(head(5));
    expect(await readResponse(client)).toMatchObject({ status: 200, headers: { connection: "close" } });
    void client.write(get("/smuggled"));
    expect(await client.readToEnd()).toBe("");
  });

  it("is not answered when the body is here already, or the client is of HTTP/1.0", async () => {
    await using server = await serve(readAll);
    await using client = await rawClient(server);
    void client.write(`${head(5)}hello`);
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "hello" });
    void client.write("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    await eventually(() => (server.streams()[0]?.pendingBytes ?? 0) === 0);
    void client.write("hello");
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "hello" });
  });

  it("is not answered behind the head of the answer", async () => {
    await using server = await serve(async ({ body }) => {
      const response = createResponse(undefined, { headers: { "X-Long": "y".repeat(200) } });
      response.body = body;
      return response;
    });
    await using client = await rawClient(server);
    void client.write(head(5));
    const first = await readHead(client);
    // No 100 may follow the final head, and none can come before it: the client sends when it sees an answer.
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ "x-long": "y".repeat(200), "content-length": "5" });
    void client.write("hello");
    expect(String(await client.readExactly(5))).toBe("hello");
  });
});
