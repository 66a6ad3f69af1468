// What the workers of crashing-gateway.ts import: it answers, and crashes in one of four ways when it is asked to.
import type { ServiceFactory } from "@monolake/core";
import { createResponse, HttpCore, type HttpRequest, type HttpResponse } from "@monolake/http";
import { BaseContext } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";

const body = "x".repeat(1000);
const filled: string[][] = [];

export function createService(): ServiceFactory<ByteStream> {
  const core = new HttpCore<BaseContext>({ call: answer });
  return {
    make: async () => ({ call: (stream) => core.call(stream, new BaseContext()), drain: () => core.drain() }),
  };
}

async function answer({ target }: HttpRequest): Promise<HttpResponse> {
  if (target === "/exit") process.exit(7);
  if (target === "/spin") for (;;);
  if (target === "/throw")
    setImmediate(() => {
      throw new Error("thrown on request");
    });
  if (target === "/fill") setInterval(fillHeap, 1);
  return createResponse(body);
}

/** Some more of the heap with each call, as a leak would take it. */
function fillHeap(): void {
  filled.push(Array.from({ length: 10_000 }, (_, index) => `entry ${index} of ${filled.length}`));
}
