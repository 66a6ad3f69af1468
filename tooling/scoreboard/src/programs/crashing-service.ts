// What the workers of crashing-gateway.ts import: it answers, and crashes in one of four ways when it is asked to.
import { appendFileSync } from "node:fs";
import type { CreateService } from "@monolake/core";
import { createResponse, HttpCore, type HttpRequest, type HttpResponse } from "@monolake/http";
import { BaseContext } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";

const body = "x".repeat(1000);
const filled: string[][] = [];

/** Where a line is written for each connection: when, which port of its client's, which worker. */
export interface CrashingServiceConfig {
  readonly acceptedFile: string;
}

export const createService: CreateService<ByteStream, CrashingServiceConfig> = ({ acceptedFile }, { id }) => {
  const core = new HttpCore<BaseContext>({ call: answer });
  const call = (stream: ByteStream) => {
    const { remoteAddress } = stream;
    const port = remoteAddress.type === "socket" ? remoteAddress.port : 0;
    appendFileSync(acceptedFile, `${Date.now()} ${port} ${id}\n`);
    return core.call(stream, new BaseContext());
  };
  return { make: async () => ({ call, drain: () => core.drain() }) };
};

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
