import { H3, readBody } from "h3";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Fetch } from "../../src/fetch/index.ts";
import { serveFetch } from "./serve-fetch.ts";

const hono = new Hono()
  .get("/hello/:name", (context) => context.text(`hello ${context.req.param("name")}`))
  .post("/echo", async (context) => context.json(await context.req.json(), 201))
  .get("/cookies", (context) => {
    context.header("Set-Cookie", "a=1", { append: true });
    context.header("Set-Cookie", "b=2", { append: true });
    return context.body(null, 204);
  })
  .get("/fault", () => {
    throw new Error("secret");
  })
  .get("/events", (context) =>
    streamSSE(context, async (stream) => {
      for (const data of ["one", "two"]) await stream.writeSSE({ data });
    }),
  );

const h3 = new H3()
  .get("/hello/:name", (event) => `hello ${event.context.params?.["name"]}`)
  .post("/echo", async (event) => {
    event.res.status = 201;
    return readBody(event);
  })
  .get("/cookies", (event) => {
    event.res.headers.append("Set-Cookie", "a=1");
    event.res.headers.append("Set-Cookie", "b=2");
    event.res.status = 204;
    return null;
  })
  .get("/fault", () => {
    throw new Error("secret");
  })
  .get("/events", () => {
    const parts = ["data: one\n\n", "data: two\n\n"].map((text) => Buffer.from(text));
    return new Response(ReadableStream.from(parts), { headers: { "Content-Type": "text/event-stream" } });
  });

const frameworks: readonly [string, Fetch][] = [
  ["Hono", (request) => hono.fetch(request)],
  ["H3", (request) => h3.fetch(request)],
];

afterEach(() => void vi.restoreAllMocks());

describe.each(frameworks)("%s", (_name, handler) => {
  it("answers by its routes", async () => {
    await using server = await serveFetch(handler);
    expect(await (await fetch(`${server.origin}/hello/world?x=1`)).text()).toBe("hello world");
    expect((await fetch(`${server.origin}/nowhere`)).status).toBe(404);
    const head = await fetch(`${server.origin}/hello/world`, { method: "HEAD" });
    expect([head.ok, await head.text()]).toEqual([head.ok, ""]);
  });

  it("reads a body and answers JSON", async () => {
    await using server = await serveFetch(handler);
    const response = await fetch(`${server.origin}/echo`, {
      method: "POST",
      body: JSON.stringify({ text: "x".repeat(100_000) }),
      headers: { "Content-Type": "application/json" },
    });
    expect(response.status).toBe(201);
    expect(((await response.json()) as { text: string }).text.length).toBe(100_000);
  });

  it("sets several cookies", async () => {
    await using server = await serveFetch(handler);
    const response = await fetch(`${server.origin}/cookies`);
    expect([response.status, response.headers.getSetCookie()]).toEqual([204, ["a=1", "b=2"]]);
  });

  it("sends events", async () => {
    await using server = await serveFetch(handler);
    const response = await fetch(`${server.origin}/events`);
    expect(response.headers.get("content-type")).toMatch(/text\/event-stream/);
    expect(await response.text()).toBe("data: one\n\ndata: two\n\n");
  });

  it("hides its faults", async () => {
    // Both print them.
    vi.spyOn(console, "error").mockImplementation(() => {});
    await using server = await serveFetch(handler);
    const response = await fetch(`${server.origin}/fault`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/secret|frameworks\.test/);
  });
});
