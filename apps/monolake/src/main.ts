#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ConfigInvalidError, createFileSource, formatProblems, ReloadFailedError } from "@monolake/config";
import { MonolakeError } from "@monolake/errors";
import { type Command, helpText, parseCommandLine } from "./command-line.ts";
import { startDemoUpstream } from "./demo/demo-upstream.ts";
import { checkFile } from "./run/check-file.ts";
import { CommandFailure } from "./run/command-failure.ts";
import { createProxyLogger } from "./run/logger.ts";
import { type RunningProxy, runProxy } from "./run/run-proxy.ts";
import { untilSignal } from "./run/until-signal.ts";

const demoConfig = fileURLToPath(new URL("../examples/quick-start.toml", import.meta.url));
// What that file says.
const demoProxyAddress = "127.0.0.1:8080";
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

async function run(file: string, { logLevel }: Pick<Command & { type: "run" }, "logLevel">): Promise<void> {
  const signal = untilSignal();
  let proxy: RunningProxy | undefined;
  // Before anything else: without a listener for it, the signal would end the process.
  process.on("SIGHUP", () => void proxy?.reload());
  const logger = createProxyLogger(logLevel);
  proxy = await runProxy(createFileSource(file), { logger, logLevel });
  logger.info({ signal: await signal }, "closing");
  await proxy.close();
  logger.info("closed");
}

async function demo({ logLevel }: Pick<Command & { type: "demo" }, "logLevel">): Promise<void> {
  const upstream = await startDemoUpstream(demoUpstreamPort);
  process.stdout.write(demoText);
  try {
    await run(demoConfig, { logLevel });
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
