import { describe, expect, it } from "vitest";
import { createRequest, Headers } from "../../src/index.ts";
import { answering, connectClient, ok, request, text } from "./client.ts";

describe("a request that cannot be sent", () => {
  it.each([
    { method: "GET /smuggled HTTP/1.1\r\n" },
    { method: "" },
    { method: "CONNECT" },
    { target: "/a b" },
    { target: "/\r\nX: y" },
    { target: "/\u010a" },
    { target: "" },
  ])("rejects and leaves the connection as it was: %j", async (init) => {
    await using server = await answering(ok("fine"));
    await using client = await connectClient(server);
    const sending = client.connection.send(createRequest({ ...init, headers: { Host: "x" } }));
    await expect(sending).rejects.toMatchObject({ code: "ERR_HTTP_INVALID_REQUEST" });
    expect(client.connection.idle).toBe(true);
    expect(await text(await client.connection.send(request()))).toBe("fine");
  });
});

it("sends what a request says, and nothing that it says of the connection", async () => {
  await using server = await answering(ok(""), ok(""), ok(""), ok(""));
  await using client = await connectClient(server);
  const seen = async (init: Parameters<typeof createRequest>[0]) => {
    const idle = client.nextIdle();
    await text(await client.connection.send(createRequest(init)));
    await idle;
  };
  const headers = new Headers([
    ["Host", "x"],
    ["Connection", "close"],
    ["Keep-Alive", "5"],
    ["Transfer-Encoding", "gzip"],
    ["Content-Length", "77"],
  ]);
  const heads: string[] = [];
  const [connection] = await (async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return server.connections;
  })();
  connection?.socket.on("data", (chunk) => heads.push(String(chunk)));
  await seen({ headers: headers.clone() });
  await seen({ method: "POST", headers: headers.clone() });
  await seen({ method: "PUT", headers: headers.clone(), body: "12345" });
  await seen({ method: "DELETE", headers: headers.clone(), body: [Buffer.from("12345")] });
  expect(heads.join("")).toBe(
    [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
      "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345",
      "DELETE / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
    ].join(""),
  );
});
