import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse } from "../../src/index.ts";
import { jittered } from "../../src/server/connection-lifetime.ts";
import { serve } from "./serve.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

describe("a connection that is old enough", () => {
  it("is closed when it is idle", async () => {
    await using server = await serve(async () => createResponse("ok"), { maxConnectionAgeMs: 50 });
    await using client = await rawClient(server);
    await client.write(get);
    await client.readUntil("ok");
    expect(await client.readToEnd()).toBe("");
  });

  it("is told with its next answer when it is busy", async () => {
    const finish = Promise.withResolvers<void>();
    await using server = await serve(
      async (request) => {
        if (request.target === "/slow") await finish.promise;
        return createResponse("ok");
      },
      { maxConnectionAgeMs: 50 },
    );
    await using busy = await rawClient(server);
    await busy.write(get.replace("/", "/slow"));
    // As old as the busy one, and closed for it.
    await using idle = await rawClient(server);
    await idle.write(get);
    await idle.readUntil("ok");
    expect(await idle.readToEnd()).toBe("");
    finish.resolve();
    expect(await busy.readToEnd()).toMatch(/\r\nConnection: close\r\n[\s\S]*ok$/);
  });
});

describe("jitter", () => {
  it("cuts a limit by up to its share, never to nothing", () => {
    const cut = Array.from({ length: 1_000 }, () => jittered(1_000, 0.1));
    expect(Math.min(...cut)).toBeGreaterThanOrEqual(900);
    expect(Math.max(...cut)).toBeLessThanOrEqual(1_000);
    expect(new Set(cut).size).toBeGreaterThan(20);
    expect(jittered(1, 1)).toBe(1);
    expect(jittered(0, 0.5)).toBe(0);
  });
});
