import { eventually, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { bodyChunks, createRequest, readBody } from "../../src/index.ts";
import { connectClient, ok, request } from "./client.ts";
import { uploading } from "./uploading.ts";

const timeoutMs = 120;

describe("a peer that is too slow", () => {
  it("for the head of its response", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      const drip = setInterval(
        () => void connection.write("HTTP/1.1 200 OK\r\nX: yyyyyyyy"[connection.socket.bytesWritten] ?? "y"),
        20,
      );
      await connection.closed;
      clearInterval(drip);
    });
    await using client = await connectClient(server, { responseHeadTimeoutMs: timeoutMs });
    const startMs = performance.now();
    await expect(client.connection.send(request())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_TIMEOUT",
      waitingFor: "its response",
      timeoutMs,
    });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs - 1);
    await client.closed;
  });

  it("for the head, with the time anew after an interim response", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      for (let count = 0; count < 6; count++) {
        const untilMs = performance.now() + 60;
        await eventually(() => performance.now() > untilMs);
        void connection.write("HTTP/1.1 102 Processing\r\n\r\n");
      }
      void connection.write(ok("at last"));
    });
    await using client = await connectClient(server, { responseHeadTimeoutMs: 150 });
    const response = await client.connection.send(request());
    expect(String(await readBody(response.body))).toBe("at last");
  });

  it("for more of its response's body", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    });
    await using client = await connectClient(server, { bodyIdleTimeoutMs: timeoutMs });
    const response = await client.connection.send(request());
    await expect(readBody(response.body)).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_TIMEOUT",
      waitingFor: "more of its response",
    });
  });

  it("to take the request", async () => {
    await using server = await startRawServer((connection) => connection.pause());
    await using client = await connectClient(server, { writeStallTimeoutMs: timeoutMs });
    const body = Buffer.alloc(32 * 1024 * 1024);
    const sent = createRequest({ method: "POST", headers: { Host: "x" }, body });
    await expect(client.connection.send(sent)).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_TIMEOUT",
      waitingFor: "taking the request",
    });
  });

  it("to take the rest of a request that it answers already", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      connection.pause();
      void connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    });
    await using client = await connectClient(server, {
      writeStallTimeoutMs: timeoutMs,
      bodyIdleTimeoutMs: 0,
    });
    const body = Buffer.alloc(32 * 1024 * 1024);
    const sent = createRequest({ method: "POST", headers: { Host: "x" }, body: [body, body] });
    const response = await client.connection.send(sent);
    await expect(readBody(response.body)).rejects.toMatchObject({ waitingFor: "taking the request" });
  });

  it("is not what a slow reader of the response is", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write(ok("x".repeat(1_000_000)));
    });
    await using client = await connectClient(server, { bodyIdleTimeoutMs: 60, responseHeadTimeoutMs: 60 });
    const response = await client.connection.send(request());
    let bytes = 0;
    for await (const chunk of bodyChunks(response.body)) {
      bytes += chunk.length;
      const untilMs = performance.now() + 120;
      if (bytes < 300_000) await eventually(() => performance.now() > untilMs);
    }
    expect(bytes).toBe(1_000_000);
  });

  it("is not what a slow source of the request is", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("0\r\n\r\n");
      void connection.write(ok("thanks"));
    });
    const options = { bodyIdleTimeoutMs: 60, responseHeadTimeoutMs: 60, writeStallTimeoutMs: 60 };
    await using client = await connectClient(server, options);
    const upload = uploading();
    const sending = client.connection.send(upload.request);
    for (const part of ["a", "b", undefined]) {
      const untilMs = performance.now() + 150;
      await eventually(() => performance.now() > untilMs);
      upload.push(part);
    }
    expect(String(await readBody((await sending).body))).toBe("thanks");
  });
});
