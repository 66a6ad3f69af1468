import { deferred, rawClient } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createResponse } from "../../src/index.ts";
import { serve } from "./serve.ts";
import { streamPairWith } from "./stream-pair.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

it("draining closes idle connections at once", async () => {
  await using server = await serve(async () => createResponse("ok"));
  await using idle = await rawClient(server);
  await idle.write(get);
  await idle.readUntil("ok");
  server.drain();
  expect(await idle.readToEnd()).toBe("");
});

it("draining lets a request in progress finish, and says that it is the last", async () => {
  const arrived = deferred<void>();
  const finish = deferred<void>();
  await using server = await serve(async () => {
    arrived.resolve();
    await finish.promise;
    return createResponse("finished");
  });
  await using client = await rawClient(server);
  await client.write(get);
  await arrived.promise;
  server.drain();
  finish.resolve();
  expect(await client.readToEnd()).toMatch(/\r\nConnection: close\r\n[\s\S]*finished$/);
});

it("draining closes a connection whose request is answered, as soon as the rest of that is read away", async () => {
  await using server = await serve(async () => createResponse("early"));
  await using client = await rawClient(server);
  await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  await client.readUntil("early");
  server.drain();
  await client.write("67890");
  expect(await client.readToEnd()).toBe("");
});

it("draining lets a client that has only just come ask once, for a while", async () => {
  await using server = await serve(async () => createResponse("ok"));
  await using asking = await rawClient(server);
  await using silent = await rawClient(server);
  await expect.poll(() => server.connections()).toBe(2);
  server.drain();
  await asking.write(get);
  expect(await asking.readToEnd()).toMatch(/\r\nConnection: close\r\n[\s\S]*ok$/);
  expect(await silent.readToEnd()).not.toContain("200");
});

it("a connection that comes while draining is answered once", async () => {
  await using server = await serve(async () => createResponse("ok"));
  server.drain();
  await using client = await rawClient(server);
  await client.write(get + get);
  const answer = await client.readToEnd();
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  expect(answer).toMatch(/\r\nConnection: close\r\n/);
});

it("draining answers requests that have been read and only wait for their turn", async () => {
  await using _upstream = await streamPairWith("");
  await using server = await serve(async () => createResponse("ok"));
  const clients = await Promise.all(Array.from({ length: 60 }, () => rawClient(server)));
  for (const client of clients) {
    await client.write(get);
    await client.readUntil("ok");
  }
  const written = clients.map((client) => client.write(get));
  await nextTurn();
  await nextTurn();
  server.drain();
  await Promise.all(written);
  const answers = await Promise.all(clients.map((client) => client.readToEnd()));
  expect(answers.filter((answer) => !answer.startsWith("HTTP/1.1 200"))).toEqual([]);
  for (const client of clients) await client[Symbol.asyncDispose]();
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
