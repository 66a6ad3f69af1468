import { rawClient, startRawServer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createRequest, type HttpRequest, type HttpResponse, readBody } from "../../src/index.ts";
import { connectClient } from "./client.ts";
import { serve } from "./serve.ts";

/** What a client gets when `edit` has had an upstream's response, which was sent as `raw`, in its hands. */
async function forwarded(raw: string, edit: (response: HttpResponse) => unknown = () => {}): Promise<string> {
  await using upstream = await startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    await connection.write(raw);
  });
  await using client = await connectClient(upstream);
  await using server = await serve(async (request: HttpRequest) => {
    const response = await client.connection.send(createRequest({ target: request.target }));
    await edit(response);
    return response;
  });
  await using connection = await rawClient(server);
  await connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const head = await connection.readUntil("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return head + (await connection.readExactly(length)).toString("latin1");
}

it("leaves Content-Length where the upstream had it, when the body has that length", async () => {
  const answer = await forwarded("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 3\r\nDate: now\r\n\r\nabc");
  expect(answer).toBe("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 3\r\nDate: now\r\n\r\nabc");
});

it("writes Content-Length anew where it is not in its plain form, or was changed", async () => {
  const odd = await forwarded("HTTP/1.1 200 OK\r\nContent-Length: 003\r\nDate: now\r\n\r\nabc");
  expect(odd).toBe("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\n\r\nabc");
  const plain = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: now\r\n\r\nabc";
  const anew = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\n\r\nabc";
  expect(await forwarded(plain, ({ headers }) => headers.set("content-length", "4"))).toBe(anew);
  expect(await forwarded(plain, ({ headers }) => headers.append("content-length", "4"))).toBe(anew);
  expect(await forwarded(plain, ({ headers }) => headers.delete("content-length"))).toBe(anew);
});

it("announces the length of a body that took the place of another", async () => {
  const answer = await forwarded(
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: now\r\n\r\nabc",
    async (response) => {
      await readBody(response.body);
      response.body = createRequest({ body: "longer" }).body;
    },
  );
  expect(answer).toBe("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 6\r\n\r\nlonger");
});
