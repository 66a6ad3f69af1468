import { Cancellation } from "@monolake/service-async";
import { dialStream } from "@monolake/streams";
import { deferred, type RawConnection, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  createRequest,
  type HttpClientConnectionOptions,
  type HttpResponse,
  type LeavingReason,
  readBody,
  resolveHttpClientConnectionOptions,
  SharedConnection,
  type SharedRequest,
} from "../../src/index.ts";

const answer = (text: string, fields = ""): string =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${text.length}\r\n\r\n${text}`;

interface Asked extends SharedRequest {
  readonly response: Promise<HttpResponse>;
}

/** A request for `target`; its response is read by {@link textOf}. */
function ask(target: string, cancellation?: Cancellation): Asked {
  const settled = deferred<HttpResponse>();
  settled.promise.catch(() => {});
  return {
    request: createRequest({ target, headers: { Host: "test" } }),
    cancellation,
    responded: settled.resolve,
    failed: settled.reject,
    response: settled.promise,
  };
}

const textOf = async ({ response }: Asked): Promise<string> =>
  (await readBody((await response).body)).toString();

/** A shared connection to a server of a test, and what its owner hears. */
async function connectShared(
  server: { readonly host: string; readonly port: number },
  options: HttpClientConnectionOptions & {
    readonly patienceMs?: number;
    readonly idleTimeoutMs?: number;
  } = {},
) {
  const { patienceMs = 10_000, idleTimeoutMs = 0, ...connectionOptions } = options;
  const stream = await dialStream({ type: "socket", ...server });
  const closed = deferred();
  const left = deferred<{ reason: LeavingReason; unanswered: readonly string[] }>();
  const connection = new SharedConnection<Asked>(
    stream,
    {
      leaving: (_connection, reason, unanswered) =>
        left.resolve({ reason, unanswered: unanswered.map(({ request }) => request.target) }),
      answered: () => {},
      isBlocked: () => true,
      connectionClosed: () => closed.resolve(),
    },
    resolveHttpClientConnectionOptions(connectionOptions),
    { patienceMs, idleTimeoutMs },
  );
  const send = (...targets: string[]): Asked[] => {
    const asked = targets.map((target) => ask(target));
    for (const one of asked) connection.start(one);
    return asked;
  };
  return {
    connection,
    send,
    left: left.promise,
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      stream.destroy();
      await closed.promise;
    },
  };
}

/** Starts a server that runs `script` on its first connection, and connects to it. */
async function sharedWith(
  script: (connection: RawConnection) => unknown,
  options?: Parameters<typeof connectShared>[1],
) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startRawServer(script));
  const shared = stack.use(await connectShared(server.address, options));
  return { ...shared, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("a shared connection", () => {
  it("sends the requests of one turn together and gives each its own answer", async () => {
    const chunks: string[] = [];
    await using shared = await sharedWith((connection) => {
      connection.socket.on("data", (chunk: Buffer) => {
        chunks.push(chunk.toString());
        const targets = [...chunk.toString().matchAll(/GET (\S+)/g)].map((match) => match[1] as string);
        void connection.write(targets.map((target) => answer(target)).join(""));
      });
    });
    const asked = shared.send("/1", "/22", "/333");
    expect(shared.connection.inFlight).toBe(3);
    expect(await Promise.all(asked.map(textOf))).toEqual(["/1", "/22", "/333"]);
    expect(chunks).toHaveLength(1);
    expect(shared.connection.inFlight).toBe(0);
    const [later] = shared.send("/4");
    expect(await textOf(later as Asked)).toBe("/4");
  });

  it("reads answers whatever parts they come in", async () => {
    const answers = Buffer.from(
      answer("one") +
        "HTTP/1.1 204 No Content\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n" +
        answer("three"),
    );
    for (let at = 1; at < answers.length; at++) {
      await using shared = await sharedWith(async (connection) => {
        await connection.readUntil("/4");
        await connection.write(answers.subarray(0, at));
        // Another packet, and another read.
        await new Promise(setImmediate);
        await connection.write(answers.subarray(at));
      });
      const asked = shared.send("/1", "/2", "/3", "/4");
      const read = Promise.all(asked.map(textOf));
      // A chunked body that is not here as a whole sends those behind it away.
      const moved = shared.left.then(({ unanswered }) => unanswered);
      const texts = await Promise.race([read, moved]);
      expect([["one", "", "two", "three"], ["/4"]], `split at ${at}`).toContainEqual(texts);
    }
  });

  it("has room for so many requests and no more", async () => {
    await using shared = await sharedWith(() => {});
    shared.send("/1", "/2");
    expect(shared.connection.hasRoom(3)).toBe(true);
    expect(shared.connection.hasRoom(2)).toBe(false);
  });

  it("answers HEAD without a body, and goes on behind it", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/get");
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n${answer("get")}`);
    });
    const head = ask("/head");
    head.request.method = "HEAD";
    shared.connection.start(head);
    const [get] = shared.send("/get");
    expect(await textOf(head)).toBe("");
    expect(await textOf(get as Asked)).toBe("get");
  });

  it("closes when nobody uses it", async () => {
    await using shared = await sharedWith(() => {}, { idleTimeoutMs: 30 });
    await shared.closed;
  });

  it("closes behind the answers that are awaited", async () => {
    const go = deferred();
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/2");
      await go.promise;
      await connection.write(answer("1") + answer("2"));
    });
    const asked = shared.send("/1", "/2");
    shared.connection.close();
    expect(shared.connection.hasRoom(9)).toBe(false);
    go.resolve();
    expect(await Promise.all(asked.map(textOf))).toEqual(["1", "2"]);
    await shared.closed;
  });
});

describe("a shared connection gives back what is unanswered", () => {
  it("when its peer closes it", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/3");
      await connection.write(answer("1"));
      connection.end();
    });
    const [first] = shared.send("/1", "/2", "/3");
    expect(await textOf(first as Asked)).toBe("1");
    expect(await shared.left).toEqual({ reason: "closed", unanswered: ["/2", "/3"] });
    await shared.closed;
  });

  it("when an answer breaks off, which fails for itself", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/3");
      await connection.write("HTTP/1.1 200 OK\r\nContent-Le");
      connection.end();
    });
    const [first] = shared.send("/1", "/2", "/3");
    expect(await shared.left).toEqual({ reason: "closed", unanswered: ["/2", "/3"] });
    await expect((first as Asked).response).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED" });
  });

  it("when an answer is malformed, which fails for itself", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/3");
      await connection.write(
        `${answer("1")}HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      );
    });
    const [first, second] = shared.send("/1", "/2", "/3");
    expect(await textOf(first as Asked)).toBe("1");
    await expect((second as Asked).response).rejects.toMatchObject({ code: "ERR_HTTP_RESPONSE_HEAD" });
    expect(await shared.left).toEqual({ reason: "closed", unanswered: ["/3"] });
  });

  it("when an answer says that it is the last one", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/2");
      await connection.write(answer("1", "Connection: close\r\n") + answer("forged"));
    });
    const [first] = shared.send("/1", "/2");
    expect(await textOf(first as Asked)).toBe("1");
    expect(await shared.left).toEqual({ reason: "not-persistent", unanswered: ["/2"] });
    await shared.closed;
  });

  it("when an answer lasts until the connection ends", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/2");
      await connection.write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
      connection.end();
    });
    const [first] = shared.send("/1", "/2");
    expect(await textOf(first as Asked)).toBe("until the end");
    expect((await shared.left).unanswered).toEqual(["/2"]);
  });

  it("when an answer does not come in time, and the late answer is still read", async () => {
    const go = deferred();
    await using shared = await sharedWith(
      async (connection) => {
        await connection.readUntil("/3");
        await go.promise;
        await connection.write(answer("late") + answer("2") + answer("3"));
      },
      { patienceMs: 10 },
    );
    const [first] = shared.send("/1", "/2", "/3");
    expect(await shared.left).toEqual({ reason: "blocked", unanswered: ["/2", "/3"] });
    go.resolve();
    expect(await textOf(first as Asked)).toBe("late");
    await shared.closed;
  });

  it("when an answer is long, which is read to its end", async () => {
    const long = "x".repeat(300_000);
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/2");
      await connection.write(answer(long) + answer("2"));
    });
    const [first] = shared.send("/1", "/2");
    expect(await shared.left).toEqual({ reason: "blocked", unanswered: ["/2"] });
    expect(await textOf(first as Asked)).toBe(long);
    await shared.closed;
  });

  it("when whoever should take a long answer does not want the rest", async () => {
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/1");
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${"x".repeat(100)}`);
      await connection.readUntil("/2");
    });
    const [first] = shared.send("/1");
    const { body } = await (first as Asked).response;
    shared.send("/2");
    body.cancel();
    expect(await shared.left).toEqual({ reason: "closed", unanswered: ["/2"] });
    await shared.closed;
  });

  it("when the first answer does not come at all, which fails for itself", async () => {
    await using shared = await sharedWith(() => {}, { responseHeadTimeoutMs: 20, patienceMs: 0 });
    const [first] = shared.send("/1");
    await expect((first as Asked).response).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_TIMEOUT" });
    expect(await shared.left).toEqual({ reason: "closed", unanswered: [] });
  });

  it("when bytes come that nobody asked for, also while a request is about to be sent", async () => {
    await using shared = await sharedWith(() => {});
    shared.send("/1");
    // The request goes out when this turn ends, so this is no answer to it.
    shared.connection.onData(Buffer.from(answer("poison")));
    expect(await shared.left).toEqual({ reason: "closed", unanswered: ["/1"] });

    await using idle = await sharedWith((connection) => connection.write(answer("poison")));
    expect(await idle.left).toEqual({ reason: "closed", unanswered: [] });
    expect(() => idle.send("/1")).toThrow(expect.objectContaining({ code: "ERR_HTTP_CONNECTION_BUSY" }));
  });
});

describe("a request on a shared connection that is given up", () => {
  it("rejects at once, and its answer is thrown away", async () => {
    const go = deferred();
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/3");
      await go.promise;
      await connection.write(answer("1") + answer("2") + answer("3"));
    });
    const cancellation = new Cancellation();
    const [first] = shared.send("/1");
    const second = ask("/2", cancellation);
    shared.connection.start(second);
    const [third] = shared.send("/3");
    cancellation.cancel(new Error("left"));
    await expect(second.response).rejects.toThrow("left");
    go.resolve();
    expect(await Promise.all([first, third].map((one) => textOf(one as Asked)))).toEqual(["1", "3"]);
  });

  it("does not go on elsewhere", async () => {
    const go = deferred();
    await using shared = await sharedWith(async (connection) => {
      await connection.readUntil("/2");
      await go.promise;
      connection.socket.destroy();
    });
    const cancellation = new Cancellation();
    shared.connection.start(ask("/1", cancellation));
    shared.send("/2");
    cancellation.cancel();
    go.resolve();
    expect((await shared.left).unanswered).toEqual(["/2"]);
  });

  it("is not sent when that was before", async () => {
    await using shared = await sharedWith(() => {});
    const cancellation = new Cancellation();
    cancellation.cancel(new Error("before"));
    expect(() => shared.connection.start(ask("/1", cancellation))).toThrow("before");
    expect(shared.connection.inFlight).toBe(0);
  });
});
