#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ConfigInvalidError, createFileSource, formatProblems, ReloadFailedError } from "@monolake/config";
import { MonolakeError } from "@monolake/errors";
import { helpText, parseCommandLine, type RunSettings } from "./command-line.ts";
import { startDemoUpstream } from "./demo/demo-upstream.ts";
import { adoptSockets, closeUnusedSockets, refuseActivatedThreads } from "./run/adopted-sockets.ts";
import { checkFile } from "./run/check-file.ts";
import { CommandFailure } from "./run/command-failure.ts";
import { handOver } from "./run/hand-over.ts";
import { createProxyLogger } from "./run/logger.ts";
import { type RunningProxy, runProxy } from "./run/run-proxy.ts";
import { notifyServiceManager } from "./run/service-manager.ts";
import { tellReady } from "./run/successor.ts";
import { untilSignal } from "./run/until-signal.ts";
import type { ProxyConfig } from "./schema/index.ts";

const demoConfig = fileURLToPath(new URL("../examples/quick-start.toml", import.meta.url));
// What that file says.
const demoProxyAddress = "127.0.0.1:8080";
const demoUpstreamPort = 8090;

async function main(): Promise<void> {
  // Node.js would open its debugger to everybody on this machine, and whoever rotates logs sends this signal by habit.
  process.on("SIGUSR1", () => {});
  const command = parseCommandLine(process.argv.slice(2), process.env);
  switch (command.type) {
    case "help":
      process.stdout.write(helpText);
      return;
    case "version":
      process.stdout.write(`monolake ${packageVersion()}\n`);
      return;
    case "check":
      return check(command.config);
    case "run":
      return run(command.config, command);
    case "demo":
      return demo(command);
    default: {
      const never: never = command;
      throw new TypeError(`unknown command ${JSON.stringify(never)}`);
    }
  }
}

async function check(file: string): Promise<void> {
  const { ok, text } = await checkFile(file, { color: process.stdout.isTTY });
  process.stdout.write(text);
  if (!ok) process.exitCode = 1;
}

async function run(file: string, { logLevel, dev }: RunSettings): Promise<void> {
  const signal = untilSignal();
  let proxy: RunningProxy | undefined;
  const succeeded = Promise.withResolvers<"SIGUSR2">();
  const stopping = new AbortController();
  const logger = createProxyLogger(logLevel);
  // Before anything else: without a listener for them, the signals would end the process.
  process.on("SIGHUP", () => void proxy?.reload());
  process.on("SIGUSR2", () => {
    if (proxy !== undefined) void handOver(proxy, logger, stopping.signal).then(succeeded.resolve, () => {});
  });
  const adopted = adoptSockets(process.env);
  const beforeWorkers = (config: ProxyConfig) => refuseActivatedThreads(adopted, config);
  proxy = await runProxy(createFileSource(file), { logger, logLevel, beforeWorkers, watchModules: dev });
  closeUnusedSockets(adopted, proxy.config(), proxy.manager.config.workerThreads);
  await notifyServiceManager(["--ready"], logger);
  tellReady();
  const reason = await Promise.race([signal, succeeded.promise]);
  logger.info({ signal: reason }, "closing");
  // With a successor, the service is not stopping.
  if (reason !== "SIGUSR2") {
    stopping.abort();
    void notifyServiceManager(["STOPPING=1"], logger);
  }
  await proxy.close();
  logger.info("closed");
}

async function demo(settings: RunSettings): Promise<void> {
  const upstream = await startDemoUpstream(demoUpstreamPort);
  process.stdout.write(demoText);
  try {
    await run(demoConfig, settings);
  } finally {
    upstream.closeAllConnections();
    upstream.close();
  }
}

const demoText = `
Monolake serves ${demoProxyAddress} and forwards to a demo upstream on 127.0.0.1:${demoUpstreamPort}.
Its configuration: ${demoConfig}

Try in another terminal:
  curl -i http://${demoProxyAddress}/
  curl -i http://${demoProxyAddress}/api/users/7?verbose=1
  curl -i -d 'some data' http://${demoProxyAddress}/upload
  curl -i http://${demoProxyAddress}/nothing/here       (a 404 of the proxy itself)

Ctrl-C ends it.

`;

function packageVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  await main();
} catch (error) {
  process.stderr.write(failureText(error));
  process.exitCode = 1;
}

function failureText(error: unknown): string {
  if (error instanceof ConfigInvalidError)
    return formatProblems(error.problems, { color: process.stderr.isTTY });
  const known = error instanceof CommandFailure || MonolakeError.is(error);
  return `monolake: ${known ? describe(error) : (error as Error).stack}\n`;
}

/** A failure and what caused it, a line each. */
function describe(error: Error): string {
  // It says the reason itself.
  if (error instanceof ReloadFailedError) return error.message;
  const cause = error.cause instanceof Error ? `\n  because: ${describe(error.cause)}` : "";
  return error.message + cause;
}
