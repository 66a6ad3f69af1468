import { describe, expect, it } from "vitest";
import { answering, connectClient, ok, request, text } from "./client.ts";

describe("response desync: a connection is not used again", () => {
  const poison = ok("poison");
  it.each([
    ["a length", "GET", `${ok("ok")}${poison}`, "ok"],
    [
      "chunks",
      "GET",
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${poison}`,
      "ok",
    ],
    ["204", "GET", `HTTP/1.1 204 No Content\r\n\r\n${poison}`, ""],
    ["304", "GET", `HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n${poison}`, ""],
    ["HEAD", "HEAD", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello`, ""],
    ["an empty body", "GET", `${ok("")}\r\n`, ""],
  ])("with bytes behind %s", async (_, method, answer, body) => {
    await using server = await answering(answer);
    await using client = await connectClient(server);
    expect(await text(await client.connection.send(request(method)))).toBe(body);
    await client.closed;
    expect(client.idles()).toBe(0);
  });

  it("with bytes behind a body that is taken at once", async () => {
    // The next request is sent as soon as the connection says that it is idle: it must not get the poison.
    await using server = await answering(`HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n`, ok("never"));
    await using client = await connectClient(server);
    const response = await client.connection.send(request());
    const reading = text(response);
    const [connection] = server.connections;
    void connection?.write("x".repeat(40_000) + poison);
    expect((await reading).length).toBe(40_000);
    await client.closed;
    expect(client.idles()).toBe(0);
  });

  it.each(["Content-Length: 5", "Transfer-Encoding: chunked"])(
    "whose peer announces content of a 204 by %s: it may come when the next answer is awaited",
    async (field) => {
      await using server = await answering(`HTTP/1.1 204 No Content\r\n${field}\r\n\r\n`, ok("never"));
      await using client = await connectClient(server);
      const response = await client.connection.send(request());
      expect(response).toMatchObject({ status: 204, body: { length: 0 } });
      await client.closed;
      expect(client.idles()).toBe(0);
    },
  );

  it("with bytes that nobody asked for while it is idle", async () => {
    await using server = await answering(ok("ok"));
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    await text(await client.connection.send(request()));
    await idle;
    void server.connections[0]?.write("H");
    await client.closed;
    expect(client.connection.idle).toBe(false);
  });

  it("that its peer ended while it was idle", async () => {
    await using server = await answering(ok("ok"));
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    await text(await client.connection.send(request()));
    await idle;
    server.connections[0]?.end();
    await client.closed;
    await expect(client.connection.send(request())).rejects.toMatchObject({ state: "closed" });
  });
});
