import { readException, type ThriftTransport, thriftFormat } from "@monolake/thrift";
import { startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";
import { callWith, connectThrift, runThriftLoad } from "../thrift/load.ts";
import { thriftServer } from "../thrift/server-table.ts";
import { startThriftUpstream } from "../thrift/upstream.ts";

/** A timeout comes at most 75 ms late, so that one of a fraction of a second may be more than 10 % late. */
const timeoutSeconds = 2;
const callsEach = 20;

/** Calls that an upstream never answers: when their callers get an exception, in per cent of the configured time. */
export async function thriftTimeouts(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [name, route] of [
    ["thrift-timeouts", ""],
    ["thrift-timeouts-multiplexed", "multiplex = 2"],
  ] as const) {
    await using upstream = await startThriftUpstream({ pipelining: "unordered" });
    await using proxy = await startProxyProcess({
      servers: (port) =>
        thriftServer(port, [upstream.port], {
          more: `timeout.upstream_read_timeout_sec = ${timeoutSeconds}`,
          route,
        }),
    });
    await runThriftLoad({ port: proxy.port, durationMs: 500, clients: 4 });
    const transports: readonly ThriftTransport[] = ["ttheader", "framed", "unframed"];
    const waits = transports.flatMap((transport) =>
      Array.from({ length: callsEach }, () => percentOfTimeout(proxy.port, transport)),
    );
    const percents = await Promise.all(waits);
    figures.push(
      atLeast(`${name}-exceptions`, percents.length, transports.length * callsEach),
      atLeast(`${name}-first`, Math.min(...percents), 100, "%"),
      atMost(`${name}-last`, Math.max(...percents), 110, "%"),
    );
  }
  return figures;
}

async function percentOfTimeout(port: number, transport: ThriftTransport): Promise<number> {
  const connection = await connectThrift(port);
  const startMs = performance.now();
  const answer = await connection.send(callWith(thriftFormat(transport, "binary"), "never", "x"));
  const passedMs = performance.now() - startMs;
  if (answer === undefined) throw new Error("no answer");
  const { message } = await readException(answer);
  connection.close();
  if (!message.includes("ERR_THRIFT_UPSTREAM_TIMEOUT")) throw new Error(`another exception: ${message}`);
  return (passedMs / timeoutSeconds / 1_000) * 100;
}
