import { createRequest, createResponse, type HttpExchange } from "@monolake/http";
import { BaseContext } from "@monolake/service-async";
import { type Bench, test } from "vitest";
import { compileFormat } from "../src/http/access-log/compile-format.ts";
import { ExchangeRecord, UpstreamRecord } from "../src/http/access-log/exchange-record.ts";
import { LogWriter } from "../src/http/access-log/log-writer.ts";

// Run it as `vitest bench --run --experimental.viteModuleRunner=false bench/access-log.bench.ts`: see router.bench.ts.
//
// Each task makes and adds this many lines: ns per line = mean in ms x 1,000.
const linesPerTask = 1_000;

const exchanges: readonly HttpExchange[] = Array.from({ length: linesPerTask }, (_, index) => {
  const target = Buffer.from(`/api/users/${index}?verbose=1`).toString("latin1");
  const context = Object.assign(new BaseContext(), {
    peerAddress: { type: "socket", host: "203.0.113.9", port: 40_000 + index },
    remoteAddress: undefined,
    matchedRoute: { pattern: "/api/users/{id}" },
  });
  return {
    request: createRequest({ target, headers: headers(index) }),
    method: "GET",
    target,
    version: "1.1",
    response: createResponse("x"),
    context,
    receivedAtMs: 1_800_000_000_000 + index,
    requestBytes: 0,
    responseBytes: 1000 + index,
    handlerMs: 1.25 + index / 100,
    totalMs: 1.5 + index / 100,
    complete: true,
    error: undefined,
  };
});

function headers(index: number): Record<string, string> {
  return {
    Host: "www.example.com",
    Referer: `https://www.example.com/page/${index}`,
    "User-Agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  };
}

/** Notes fields, makes lines and gathers them in batches, which are thrown away. */
function logWith(bench: Bench, name: string, text: string) {
  const format = compileFormat(text, { server: "web", configVersion: 3 });
  const nowhere = { name: "nowhere", open: async () => {}, append: async () => {}, close: async () => {} };
  const writer = new LogWriter(nowhere, { maxPendingBytes: Number.MAX_SAFE_INTEGER });
  return bench(name, async () => {
    for (const exchange of exchanges) {
      const record = new ExchangeRecord(
        format.requestFields.map((field) => exchange.request?.headers.get(field)),
      );
      record.upstream = upstream;
      writer.write(format.line(exchange, record));
    }
    await writer.flush();
  });
}

const upstream = Object.assign(new UpstreamRecord("10.1.2.3:8080"), { attempts: 1, headMs: 1.1 });

test("1,000 lines", async ({ bench }) => {
  await bench.compare(
    logWith(bench, "combined", "combined"),
    logWith(bench, "json", "json"),
    logWith(bench, "template", "$remote_addr $method $target $status $duration_ms"),
  );
});
