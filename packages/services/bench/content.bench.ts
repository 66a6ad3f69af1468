import { createRequest, createResponse, type HttpRequest } from "@monolake/http";
import { BaseContext, serviceFn } from "@monolake/service-async";
import { test } from "vitest";
import { ContentHandler } from "../src/http/index.ts";

// Run it as `vitest bench --run --experimental.viteModuleRunner=false bench/content.bench.ts`.

const people = Array.from({ length: 400 }, (_, id) => ({
  id,
  name: `user ${(id * 7919) % 1000}`,
  score: Math.sin(id),
}));
const context = new BaseContext();

test.for([2048, 16_384])("a JSON response of %i bytes", async (bytes, { bench }) => {
  const text = JSON.stringify(people).slice(0, bytes);
  const inner = serviceFn(async (_request: HttpRequest, _context: BaseContext) =>
    createResponse(text, { headers: { "Content-Type": "application/json" } }),
  );
  const handler = new ContentHandler(inner);
  const asked = (coding: string) => async () => {
    await handler.call(createRequest({ headers: { "Accept-Encoding": coding } }), context);
  };
  await bench.compare(
    bench("without the layer", async () => {
      await inner.call(createRequest({ headers: { "Accept-Encoding": "gzip" } }), context);
    }),
    bench("no coding that is offered", asked("identity")),
    bench("gzip", asked("gzip")),
    bench("br", asked("br")),
    bench("zstd", asked("zstd")),
  );
});
