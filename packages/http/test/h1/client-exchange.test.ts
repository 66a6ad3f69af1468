import { Cancellation } from "@monolake/service-async";
import { StreamReader, watchedDeadlines } from "@monolake/streams";
import { deferred, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { bodyChunks, createRequest, readBody } from "../../src/index.ts";
import { connectClient, ok, request } from "./client.ts";
import { streamPairWith } from "./stream-pair.ts";
import { uploading } from "./uploading.ts";

describe("a response before the end of its request", () => {
  it("reaches the caller at once, and the rest of the request is not sent", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    });
    await using client = await connectClient(server);
    const upload = uploading();
    upload.push("first");
    const response = await client.connection.send(upload.request);
    expect(response.status).toBe(413);
    expect(String(await readBody(response.body))).toBe("big");
    await client.closed;
    expect(client.idles()).toBe(0);
    upload.push("second");
    await upload.ended;
  });

  it("goes on beside it: both ways at a time, and then the connection can be used again", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (let count = 0; count < 3; count++) {
        const part = await connection.readUntil(/\d\r\n(\w+)\r\n/);
        void connection.write(part);
      }
      await connection.readUntil("0\r\n\r\n");
      void connection.write("0\r\n\r\n");
    });
    await using client = await connectClient(server);
    const idle = client.nextIdle();
    const upload = uploading();
    const response = await client.connection.send(upload.request);
    const words = ["one", "two", "three"];
    upload.push(words[0]);
    const echoed: string[] = [];
    for await (const chunk of bodyChunks(response.body)) {
      echoed.push(String(chunk));
      upload.push(words[echoed.length]);
    }
    expect(echoed).toEqual(words);
    await idle;
    expect(client.connection.idle).toBe(true);
  });
});

describe("a request body that fails", () => {
  it("rejects with its error, and the connection is gone", async () => {
    const failure = new Error("the client went away");
    await using server = await startRawServer((connection) => connection.closed);
    await using client = await connectClient(server);
    const body = (async function* () {
      yield Buffer.from("some");
      throw failure;
    })();
    const sent = createRequest({ method: "POST", headers: { Host: "x" }, body });
    await expect(client.connection.send(sent)).rejects.toBe(failure);
    await client.closed;
    const [connection] = server.connections;
    await connection?.closed;
    expect(connection?.unread).not.toContain("0\r\n\r\n");
  });

  it("because it was sent before", async () => {
    await using server = await startRawServer(() => {});
    await using client = await connectClient(server);
    const sent = uploading().request;
    sent.body.cancel();
    await expect(client.connection.send(sent)).rejects.toMatchObject({ code: "ERR_HTTP_BODY_USED" });
    await client.closed;
  });
});

describe("a cancellation", () => {
  const reason = new Error("no longer wanted");

  it("before the request is sent: the connection stays", async () => {
    await using server = await startRawServer(() => {});
    await using client = await connectClient(server);
    const cancellation = new Cancellation();
    cancellation.cancel(reason);
    await expect(client.connection.send(request(), cancellation)).rejects.toBe(reason);
    expect(client.connection.idle).toBe(true);
  });

  it("while the response is awaited: rejects, and the peer sees it", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      asked.resolve();
    });
    const asked = deferred();
    await using client = await connectClient(server);
    const cancellation = new Cancellation();
    const upload = uploading();
    const sending = client.connection.send(upload.request, cancellation);
    await asked.promise;
    cancellation.cancel(reason);
    await expect(sending).rejects.toBe(reason);
    await client.closed;
    await server.connections[0]?.closed;
    upload.push("too late");
    await upload.ended;
  });

  it("while the body of the response comes: breaks it off", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    });
    await using client = await connectClient(server);
    const cancellation = new Cancellation();
    const response = await client.connection.send(request(), cancellation);
    const reading = readBody(response.body);
    cancellation.cancel("text as a reason");
    await expect(reading).rejects.toMatchObject({ message: "cancelled", cause: "text as a reason" });
    await client.closed;
  });

  it("after the exchange: does nothing, also to the next one", async () => {
    await using server = await startRawServer(async (connection) => {
      for (const body of ["one", "two"]) {
        await connection.readUntil("\r\n\r\n");
        void connection.write(ok(body));
      }
    });
    await using client = await connectClient(server);
    const cancellation = new Cancellation();
    const idle = client.nextIdle();
    await readBody((await client.connection.send(request(), cancellation)).body);
    await idle;
    const second = client.connection.send(request());
    cancellation.cancel(reason);
    expect(String(await readBody((await second).body))).toBe("two");
  });

  it("of the response's body: closes the connection, once", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    });
    await using client = await connectClient(server);
    const response = await client.connection.send(request());
    response.body.cancel();
    response.body.cancel();
    await client.closed;
  });
});

describe("an upgrade", () => {
  const upgrading = () => {
    const sent = createRequest({ headers: { Host: "x", Upgrade: "echo" } });
    sent.upgrade = true;
    return sent;
  };
  const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

  it("joins both streams, with the bytes that came early from both sides", async () => {
    await using server = await startRawServer(
      async (connection) => {
        expect(await connection.readUntil("\r\n\r\n")).toContain("\r\nConnection: upgrade\r\n");
        void connection.write(`${switched}early `);
        await connection.readUntil("hello");
        void connection.write("hello yourself");
        connection.end();
      },
      { allowHalfOpen: true },
    );
    await using pair = await streamPairWith("hel");
    await using client = await connectClient(server);
    const response = await client.connection.send(upgrading());
    expect(response.status).toBe(101);
    await client.closed;
    const over = response.upgraded?.(pair.near);
    // Taken: cancelling the response's body does nothing any more.
    response.body.cancel();
    const reader = new StreamReader(pair.far);
    await reader.write(Buffer.from("lo"));
    let received = "";
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read())
      received += String(chunk);
    expect(received).toBe("early hello yourself");
    pair.far.end();
    expect(await over).toMatchObject({ bytesFromFirst: 5, bytesFromSecond: 20, error: undefined });
  });

  it.each(["other", "echo, other", "", "echo/2"])("to what was not offered is none: %j", async (protocol) => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      void connection.write(switched.replace("echo", protocol));
    });
    await using client = await connectClient(server);
    await expect(client.connection.send(upgrading())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_PROTOCOL",
    });
    await client.closed;
  });

  it("that nobody takes is closed with the body of its response", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write(`${switched}early`);
    });
    await using client = await connectClient(server);
    const response = await client.connection.send(upgrading());
    response.body.cancel();
    await server.connections[0]?.closed;
  });

  it("keeps an end of the upstream that comes before it is taken", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write(switched);
      connection.end();
    });
    await using pair = await streamPairWith("");
    await using client = await connectClient(server);
    const response = await client.connection.send(upgrading());
    await new Promise((resolve) => setImmediate(resolve));
    const over = response.upgraded?.(pair.near);
    const reader = new StreamReader(pair.far);
    expect(await reader.read()).toBeUndefined();
    pair.far.end();
    await over;
  });
});

it("closed connections leave no deadline behind", async () => {
  const before = watchedDeadlines();
  {
    await using server = await startRawServer(() => {});
    await using client = await connectClient(server);
    expect(watchedDeadlines()).toBe(before + 1);
    client.connection.close();
    await client.closed;
  }
  expect(watchedDeadlines()).toBe(before);
});
