#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MonolakeError } from "@monolake/errors";
import { type Command, helpText, parseCommandLine } from "./command-line.ts";
import { startDemoUpstream } from "./demo/demo-upstream.ts";
import { createProxyLogger } from "./run/logger.ts";
import { CommandFailure, readConfig } from "./run/read-config.ts";
import { listenerText, runProxy } from "./run/run-proxy.ts";
import { untilSignal } from "./run/until-signal.ts";

const demoConfig = fileURLToPath(new URL("../examples/quick-start.toml", import.meta.url));
const demoUpstreamPort = 8090;

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2), process.env);
  switch (command.type) {
    case "help":
      process.stdout.write(helpText);
      return;
    case "version":
      process.stdout.write(`monolake ${packageVersion()}\n`);
      return;
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

async function run(file: string, { logLevel }: Pick<Command & { type: "run" }, "logLevel">): Promise<void> {
  const signal = untilSignal();
  const logger = createProxyLogger(logLevel);
  const { config, withoutEffect } = await readConfig(file);
  for (const { position, message } of withoutEffect) logger.warn({ file, line: position.line }, message);
  const proxy = await runProxy(config, { logger, logLevel });
  logger.info({ signal: await signal }, "closing");
  await proxy.close();
  logger.info("closed");
}

async function demo({ logLevel }: Pick<Command & { type: "demo" }, "logLevel">): Promise<void> {
  const upstream = await startDemoUpstream(demoUpstreamPort);
  const { config } = await readConfig(demoConfig);
  const proxyAddress = config.servers.map(listenerText).join(", ");
  const running = run(demoConfig, { logLevel });
  process.stdout.write(demoText(proxyAddress));
  await running;
  upstream.closeAllConnections();
  upstream.close();
}

const demoText = (proxyAddress: string): string => `
Monolake serves ${proxyAddress} and forwards to a demo upstream on 127.0.0.1:${demoUpstreamPort}.
Its configuration: ${demoConfig}

Try in another terminal:
  curl -i http://${proxyAddress}/
  curl -i http://${proxyAddress}/api/users/7?verbose=1
  curl -i -d 'some data' http://${proxyAddress}/upload
  curl -i http://${proxyAddress}/nothing/here       (a 404 of the proxy itself)

Ctrl-C ends it.

`;

function packageVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  await main();
} catch (error) {
  const known = error instanceof CommandFailure || MonolakeError.is(error);
  process.stderr.write(`monolake: ${known ? describe(error) : (error as Error).stack}\n`);
  process.exitCode = 1;
}

/** A failure and what caused it, a line each. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\n  because: ${describe(error.cause)}` : "";
  return error.message + cause;
}
