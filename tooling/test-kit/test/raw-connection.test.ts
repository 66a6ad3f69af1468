import { expect, it } from "vitest";
import { deferred, type RawReadError, rawClient, startRawServer, temporaryFolder } from "../src/index.ts";

it("carries bytes both ways and keeps what follows a match for the next read", async () => {
  await using server = await startRawServer(async (peer) => {
    expect(await peer.readUntil("\r\n\r\n")).toBe("hello\r\n\r\n");
    expect([...(await peer.readExactly(3))]).toEqual([0, 255, 128]);
    await peer.write("head;body");
    peer.end();
  });
  await using client = await rawClient(server.address);
  await client.write("hello\r\n\r\n");
  await client.write(Uint8Array.of(0, 255, 128));
  expect(await client.readUntil(/;/)).toBe("head;");
  expect(await client.readToEnd()).toBe("body");
  expect(await client.closed).toEqual({ error: undefined });
  expect(client.receivedBytes).toBe(9);
});

it("names what was read when nothing more comes in time", async () => {
  await using server = await startRawServer((peer) => peer.write("HTTP/1.1 2"));
  await using client = await rawClient(server.address);
  await client.readUntil("HTTP");
  await expect(client.readUntil("\r\n", { timeoutMs: 20 })).rejects.toThrow('unread so far: "/1.1 2"');
  expect(await client.readUntil((unread) => unread.length === 6)).toBe("/1.1 2");
});

it("tells an end from a break", async () => {
  await using server = await startRawServer(async (peer, index) => {
    await peer.readUntil("go");
    if (index === 0) peer.end();
    else peer.reset();
  });
  await using ended = await rawClient(server.address);
  await ended.write("go");
  await expect(ended.readUntil("x")).rejects.toMatchObject({
    reason: "ended",
  } satisfies Partial<RawReadError>);
  await using broken = await rawClient(server.address);
  await broken.write("go");
  await expect(broken.readToEnd()).rejects.toMatchObject({ reason: "closed", cause: { code: "ECONNRESET" } });
  expect((await broken.closed).error).toMatchObject({ code: "ECONNRESET" });
});

it("breaks a connection with RST from the client's side", async () => {
  const end = deferred<unknown>();
  await using server = await startRawServer(async (peer) => end.resolve((await peer.closed).error));
  const client = await rawClient(server.address);
  await server.nextConnection();
  client.reset();
  expect(await end.promise).toMatchObject({ code: "ECONNRESET" });
});

it("keeps the own side open after the peer's FIN when asked to", async () => {
  await using server = await startRawServer(
    async (peer) => {
      expect(await peer.readToEnd()).toBe("request");
      await peer.write("answer after FIN");
      peer.end();
    },
    { allowHalfOpen: true },
  );
  await using client = await rawClient(server.address);
  await client.write("request");
  client.end();
  expect(await client.readToEnd()).toBe("answer after FIN");
});

it("speaks over unix sockets", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("peer.sock");
  await using _server = await startRawServer((peer) => peer.write("unix"), { path });
  await using client = await rawClient({ path });
  expect((await client.readExactly(4)).toString()).toBe("unix");
});

it("throws what a script threw when the server is disposed, but not that its peer left", async () => {
  const failing = await startRawServer(() => {
    throw new Error("the script is wrong");
  });
  await using client = await rawClient(failing.address);
  await client.closed;
  await expect(failing[Symbol.asyncDispose]()).rejects.toThrow("the script is wrong");

  const left = await startRawServer((peer) => peer.readUntil("never"));
  const leaving = await rawClient(left.address);
  const peer = await left.nextConnection();
  await leaving[Symbol.asyncDispose]();
  await peer.closed;
  await left[Symbol.asyncDispose]();
});

it("rejects when nobody listens", async () => {
  const server = await startRawServer();
  const { address } = server;
  await server[Symbol.asyncDispose]();
  await expect(rawClient(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
