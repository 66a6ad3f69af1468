import { readFileSync } from "node:fs";
import { startHttpUpstream } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const restartCount = 20;
const keepAlive = 32;
const newConnections = 16;

/**
 * A new process takes over 20 times (SIGUSR2), one after the other, under clients that keep their connection and others that
 * open new ones. Sockets are handed over, so that no setting of the kernel is needed.
 */
export async function restarts(): Promise<readonly Figure[]> {
  const migrates = readFileSync("/proc/sys/net/ipv4/tcp_migrate_req", "latin1").trim();
  process.stderr.write(`  net.ipv4.tcp_migrate_req=${migrates}\n`);
  await using upstream = await startHttpUpstream((_request, response) => response.end("x".repeat(1000)));
  await using proxy = await startProxyProcess({ servers: (port) => httpServer(port, [upstream.port]) });
  await runLoad({ port: proxy.port, durationMs: 1_000, keepAlive, newConnections });
  const ending = new AbortController();
  const restarting = restartMany(proxy).finally(() => ending.abort());
  const load = await runLoad({
    port: proxy.port,
    durationMs: 600_000,
    keepAlive,
    newConnections,
    signal: ending.signal,
  });
  const { pid, slowestMs } = await restarting;
  process.kill(pid, "SIGTERM");
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  return [
    atLeast("restarts-requests", load.requests, 10_000),
    atMost("restarts-failed-requests", load.failed, 0),
    atMost("restarts-slowest", slowestMs, 15_000, "ms"),
  ];
}

async function restartMany(
  proxy: ProxyProcess,
): Promise<{ readonly pid: number; readonly slowestMs: number }> {
  let pid = proxy.program.pid;
  let slowestMs = 0;
  for (let count = 1; count <= restartCount; count += 1) {
    const startMs = performance.now();
    process.kill(pid, "SIGUSR2");
    const nth = new RegExp(`(?:"msg":"closed"[\\s\\S]*){${count}}`);
    await proxy.program.waitForOutput(nth, { timeoutMs: 60_000 });
    const ready = [...proxy.program.stdout.matchAll(/"pid":(\d+),"msg":"successor is ready"/g)];
    pid = Number(ready.at(-1)?.[1]);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  return { pid, slowestMs: Math.round(slowestMs) };
}
