import { constants } from "node:http2";
import { Cancellation } from "@monolake/service-async";
import { type ByteStream, dialStream } from "@monolake/streams";
import { eventually, startHttp2Upstream, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest, type HttpRequest, type HttpResponse, readBody } from "../../src/index.ts";
import { connect } from "./client-connection.ts";

function handshake(): HttpRequest {
  const headers = { Host: "a", Upgrade: "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" };
  const request = createRequest({ target: "/chat", headers });
  request.upgrade = true;
  return request;
}

/** The two ends of a TCP connection: what stands for a client, and what the client has. */
async function clientOf(response: HttpResponse) {
  const accepted = Promise.withResolvers<string>();
  const server = await startRawServer(async (connection) => {
    accepted.resolve(
      await connection.readToEnd().then(String, (error: NodeJS.ErrnoException) => `${error.code}`),
    );
  });
  const stream: ByteStream = await dialStream({ type: "socket", host: "127.0.0.1", port: server.port });
  return {
    over: response.upgraded?.(stream) as Promise<{ readonly error: Error | undefined }>,
    saw: accepted.promise,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const settings = { enableConnectProtocol: true };

describe("a WebSocket to an upstream of HTTP/2", () => {
  it("is a 101 whose tunnel ends with END_STREAM, and is no loss", async () => {
    await using upstream = await startHttp2Upstream(
      (stream) => {
        stream.respond({ ":status": 200 });
        stream.end("bye");
      },
      { settings },
    );
    await using client = await connect(upstream);
    const response = await client.send(handshake());
    expect([response.status, response.headers.get("sec-websocket-accept")]).toEqual([
      101,
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ]);
    await using end = await clientOf(response);
    expect(await end.saw).toBe("bye");
    expect((await end.over).error).toBeUndefined();
    expect(client.connection.idle).toBe(true);
  });

  it.each(["NGHTTP2_CANCEL", "NGHTTP2_INTERNAL_ERROR"] as const)(
    "breaks with an error when it is reset: %s",
    async (code) => {
      await using upstream = await startHttp2Upstream(
        (stream) => {
          stream.respond({ ":status": 200 });
          stream.write("half", () => stream.close(constants[code]));
        },
        { settings },
      );
      await using client = await connect(upstream);
      await using end = await clientOf(await client.send(handshake()));
      expect((await end.over).error).toBeInstanceOf(Error);
      await eventually(() => client.connection.idle);
      expect(client.connection.hasRoom).toBe(true);
    },
  );

  it("is given back as a refusal with its body when the status is no 2xx, and its stream is over", async () => {
    await using upstream = await startHttp2Upstream(
      (stream) => {
        stream.respond({ ":status": 403 });
        stream.end("no");
      },
      { settings },
    );
    await using client = await connect(upstream);
    const response = await client.send(handshake());
    expect([response.status, String(await readBody(response.body))]).toEqual([403, "no"]);
    await eventually(() => client.connection.idle);
  });

  it("that nobody takes is reset", async () => {
    const resets: number[] = [];
    await using upstream = await startHttp2Upstream(
      (stream) => {
        stream.on("close", () => resets.push(stream.rstCode));
        stream.respond({ ":status": 200 });
      },
      { settings },
    );
    await using client = await connect(upstream);
    (await client.send(handshake())).body.cancel(new Error("unwanted"));
    await eventually(() => resets.length === 1);
    expect(resets).toEqual([constants.NGHTTP2_CANCEL]);
  });

  it("waits for SETTINGS no longer than for a response, nor than it is wanted", async () => {
    await using silent = await startRawServer(async (connection) => {
      await connection.readToEnd();
    });
    await using client = await connect(
      { host: "127.0.0.1", port: silent.port },
      { responseHeadTimeoutMs: 200 },
    );
    const cancellation = new Cancellation();
    const unwanted = client.send(handshake(), cancellation);
    cancellation.cancel(new Error("unwanted"));
    await expect(unwanted).rejects.toThrow("unwanted");
    await expect(client.send(handshake())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_TIMEOUT" });
    expect(client.connection.idle).toBe(true);
  });
});
