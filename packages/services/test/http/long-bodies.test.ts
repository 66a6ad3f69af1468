import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

type Random = () => number;

const randomNumbers = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const oneOf = <Value>(values: readonly Value[], random: Random): Value =>
  values[Math.floor(random() * values.length)] as Value;

/** No two bodies, and no two parts of one, are alike. */
function contentOf(id: number, bytes: number): Buffer {
  const content = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at++) content[at] = id * 37 + at * 7 + (at >> 8) * 13 + (at >> 16) * 29;
  return content;
}

/** All of a body, of which a slow reader takes the next part only after some turns of the event loop. */
async function read(message: IncomingMessage, random: Random, slow: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(Buffer.from(chunk as Buffer));
    if (slow && random() < 0.3) for (let turns = 60 * random(); turns > 0; turns--) await setImmediate();
  }
  return Buffer.concat(chunks);
}

function* partsOf(content: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0, end = 0; at < content.length; at = end) {
    end = at + 1 + Math.floor(random() * 150_000);
    yield content.subarray(at, end);
  }
}

/** Answers `/ID/BYTES/HOW` with that content, or with what was posted, framed as asked, in parts of any length. */
async function startOrigin(random: Random): Promise<Server> {
  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    const [, id, bytes, how] = (asked.url as string).split("/");
    const posted = asked.method === "POST" ? await read(asked, random, random() < 0.5) : undefined;
    const body = posted ?? contentOf(Number(id), Number(bytes));
    response.setHeader("Content-Type", how === "text" ? "text/plain" : "application/octet-stream");
    if (how === "close") response.setHeader("Connection", "close");
    if (how === "length" || how === "close") response.setHeader("Content-Length", body.length);
    await pipeline(Readable.from(partsOf(body, random)), response);
  };
  const origin = createServer(
    (asked, response) => void answer(asked, response).catch(() => response.destroy()),
  );
  origin.listen(0, "127.0.0.1");
  await once(origin, "listening");
  return origin;
}

/** One request; what is wrong with its answer, if anything. One in twelve is given up. */
async function exchange(
  id: number,
  origin: string,
  agent: Agent,
  random: Random,
): Promise<string | undefined> {
  const bytes = 1 + Math.floor(random() * oneOf([10_000, 40_000, 200_000, 2_000_000], random));
  const how = oneOf(["length", "chunked", "close", "text"], random);
  const method = random() < 0.4 ? "POST" : "GET";
  const headers = random() < 0.5 ? { "Accept-Encoding": "gzip" } : {};
  const asked = request(`${origin}/${id}/${bytes}/${how}`, { method, agent, headers });
  const answered = once(asked, "response");
  const content = contentOf(id, bytes);
  asked.end(method === "POST" ? content : undefined);
  const [answer] = (await answered) as [IncomingMessage];
  if (random() < 0.08) {
    answer.on("error", () => {}).destroy();
    return undefined;
  }
  const got = await read(answer, random, random() < 0.4);
  const plain = answer.headers["content-encoding"] === "gzip" ? gunzipSync(got) : got;
  const isRight = answer.statusCode === 200 && plain.equals(content);
  return isRight
    ? undefined
    : `${method} ${id} ${how}: ${answer.statusCode}, ${plain.length} of ${bytes} bytes`;
}

describe("long bodies of many connections", () => {
  it.each([1, 2])(
    "arrive as they were sent, beside slow readers and requests that are given up: seed %i",
    async (seed) => {
      const random = randomNumbers(seed);
      const origin = await startOrigin(random);
      const { port } = origin.address() as AddressInfo;
      await using gateway = await startGateway({ routes: [everyPath([port])], content: {} });
      const agent = new Agent({ keepAlive: true, maxSockets: 24 });
      const problems: (string | undefined)[] = [];
      let id = 0;
      const client = async (): Promise<void> => {
        while (id < 240) {
          id += 1;
          problems.push(
            await exchange(id, gateway.origin, agent, random).catch((error) => `${id}: ${error}`),
          );
        }
      };
      await Promise.all(Array.from({ length: 24 }, client));
      expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
      expect(problems.length).toBeGreaterThanOrEqual(240);
      agent.destroy();
      origin.closeAllConnections();
      origin.close();
    },
  );
});
