import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, readBody } from "../../src/index.ts";
import { readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const timeoutMs = 120;

describe("a client that is slow", () => {
  it("with its body may be so for the time of grace, also where it must not be silent for as long", async () => {
    await using server = await serve(async ({ body }) => createResponse(`${(await readBody(body)).length}`), {
      bodyIdleTimeoutMs: 4 * timeoutMs,
      bodyRateGraceMs: 100 * timeoutMs,
    });
    await using client = await rawClient(server);
    const startMs = performance.now();
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n");
    let sent = 0;
    const drip = setInterval(() => {
      void client.write("y");
      sent += 1;
      if (sent === 40) clearInterval(drip);
    }, 20);
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "40" });
    clearInterval(drip);
    expect(performance.now() - startMs).toBeGreaterThan(4 * timeoutMs);
  });
});
