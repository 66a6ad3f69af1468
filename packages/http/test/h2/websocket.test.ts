import { createHash } from "node:crypto";
import { once } from "node:events";
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { BaseContext } from "@monolake/service-async";
import { StreamReader } from "@monolake/streams";
import {
  deferred,
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  rawHttp2Client,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpHandler } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { answerOf, ask, nodeSession } from "./node-client.ts";

const extended = (more: Record<string, string> = {}) => ({
  ":method": "CONNECT",
  ":protocol": "websocket",
  ":scheme": "http",
  ":authority": "site.test",
  ":path": "/chat?room=1",
  "sec-websocket-version": "13",
  ...more,
});

/** Takes the upgrade as a server of HTTP/1.1 would, and echoes in upper case. */
const echo: HttpHandler["call"] = async (request) => {
  const key = request.headers.get("sec-websocket-key");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const response = createResponse(undefined, {
    status: 101,
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Accept": request.target === "/wrong" ? "wrong" : accept,
      "Sec-WebSocket-Protocol": "chat",
      "X-Seen": [request.method, request.target, request.upgrade, request.headers.get("upgrade")].join(" "),
    },
  });
  response.upgraded = async (stream) => {
    const reader = new StreamReader(stream);
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
      if (String(chunk) === "break") return stream.destroy(new Error("broken"));
      await reader.write(Buffer.from(String(chunk).toUpperCase()));
    }
    stream.end();
  };
  return response;
};

async function opened(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  return headers;
}

describe("an extended CONNECT for a WebSocket", () => {
  it("is an upgrade to the services inside, and its 101 a 200 to the client", async () => {
    await using server = await serve(echo);
    using session = nodeSession(server);
    const stream = session.request(extended(), { endStream: false });
    const { date: _date, ...headers } = await opened(stream);
    expect(Object.entries(headers)).toEqual([
      [":status", 200],
      ["sec-websocket-protocol", "chat"],
      ["x-seen", "GET /chat?room=1 true websocket"],
    ]);
    stream.write("hello");
    expect(String((await once(stream, "data"))[0])).toBe("HELLO");
    // Beside it the connection serves as ever.
    expect((await ask(session, { ":path": "/wrong" })).status).toBe(500);
    stream.end("bye");
    expect(await answerOf(stream)).toMatchObject({ body: "BYE", rstCode: 0 });
  });

  it("that is broken off is reset, from both sides", async () => {
    await using server = await serve(echo);
    using session = nodeSession(server);
    const stream = session.request(extended(), { endStream: false });
    await opened(stream);
    stream.write("break");
    expect(await answerOf(stream)).toMatchObject({ body: "", rstCode: 8 });
    const other = session.request(extended(), { endStream: false });
    await opened(other);
    other.close(8);
    await once(other, "close");
    expect((await ask(session, { ":path": "/wrong" })).status).toBe(500);
  });

  it("that its client gives up with NO_ERROR is broken off, and keeps nothing that nobody has read", async () => {
    const closed = deferred<Error | undefined>();
    await using server = await serve(async (request) => {
      const response = await echo(request, new BaseContext());
      response.upgraded = (stream) => {
        const onData = () => false;
        stream.attach({ onData, onEnd() {}, onDrain() {}, onClose: (error) => closed.resolve(error) });
        return closed.promise.then(() => {});
      };
      return response;
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, encodeFields(Object.entries(extended())), { endStream: false });
    await client.readUntil(({ type }) => type === frameTypes.headers);
    for (let count = 0; count < 4; count++) client.send(frameTypes.data, 0, 1, Buffer.alloc(16_000));
    client.send(frameTypes.rstStream, 0, 1, uint32(0));
    expect(await closed.promise).toMatchObject({ code: "ERR_CONNECTION_RESET" });
  });

  it("gives what waited in frames of one byte in few pieces, all of it and the end", async () => {
    const go = deferred();
    const pieces: Buffer[] = [];
    const all = deferred();
    await using server = await serve(async (request) => {
      const response = await echo(request, new BaseContext());
      response.upgraded = async (stream) => {
        await go.promise;
        const reader = new StreamReader(stream);
        for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read())
          pieces.push(Buffer.from(chunk));
        stream.end();
        all.resolve();
      };
      return response;
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, encodeFields(Object.entries(extended())), { endStream: false });
    await client.readUntil(({ type }) => type === frameTypes.headers);
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => at % 251));
    const frames = Array.from(bytes, (_, at) =>
      encodeFrame(frameTypes.data, 0, 1, bytes.subarray(at, at + 1)),
    );
    void client.connection.write(Buffer.concat(frames));
    client.send(frameTypes.data, frameFlags.endStream, 1);
    client.send(frameTypes.ping, 0, 0, Buffer.alloc(8));
    await client.readUntil(({ type }) => type === frameTypes.ping);
    go.resolve();
    await all.promise;
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(pieces.length).toBeLessThan(20);
    await client.readUntil(({ type, flags }) => type === frameTypes.data && flags === frameFlags.endStream);
  });

  it("that announces content has none: a server behind would wait for it", async () => {
    const seen: unknown[] = [];
    await using server = await serve(async (request) => {
      seen.push(request.headers.get("content-length"), request.headers.get("transfer-encoding"));
      return echo(request, new BaseContext());
    });
    await using client = await rawHttp2Client(server);
    const fields = encodeFields(Object.entries(extended({ "content-length": "5" })));
    client.sendHeaders(1, fields, { endStream: false });
    const { type } = await client.readUntil(({ streamId }) => streamId === 1);
    expect([seen, type]).toEqual([[], frameTypes.rstStream]);
  });

  it("may be refused, with a body", async () => {
    await using server = await serve(async () => createResponse("no\n", { status: 403 }));
    using session = nodeSession(server);
    const refused = await answerOf(session.request(extended(), { endStream: false }));
    expect(refused).toMatchObject({ status: 403, body: "no\n", rstCode: 0 });
  });

  it("fails where what it is joined with has answered another handshake", async () => {
    const errors: unknown[] = [];
    await using server = await serve(echo, { onError: (error) => errors.push(error) });
    using session = nodeSession(server);
    const stream = session.request(extended({ ":path": "/wrong" }), { endStream: false });
    expect(await answerOf(stream)).toMatchObject({ status: 500 });
    expect(errors).toMatchObject([{ code: "ERR_HTTP_INVALID_RESPONSE" }]);
  });

  it.each([
    ["another protocol", { ":protocol": "connect-udp" }, 501],
    ["another scheme", { ":scheme": "ftp" }, 400],
  ])("for %s is refused", async (_what, more, status) => {
    await using server = await serve(echo);
    using session = nodeSession(server);
    const answer = await answerOf(session.request(extended(more), { endStream: false }));
    expect(answer).toMatchObject({ status });
  });

  it("that ends at once is refused", async () => {
    await using server = await serve(echo);
    using session = nodeSession(server);
    expect(await ask(session, extended())).toMatchObject({ status: 400 });
  });
});
