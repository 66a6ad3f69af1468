#!/usr/bin/env node
import { once } from "node:events";
import { parseArgs } from "node:util";
import { createFileSource, createReloader, formatFailure } from "@monolake/config";
import { createLogger, createWorkerManager } from "@monolake/core";
import { readSites } from "./gateway-config.ts";

const { values, positionals } = parseArgs({
  options: { dev: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [file = "gateway.toml"] = positionals;
const logger = createLogger("info", (level, fields, message) => {
  console.log(JSON.stringify({ level, message, ...fields }));
});

// While developing, new workers load code that changed, and what it imports, afresh.
const manager = await createWorkerManager({ logger, watchModules: values.dev });
try {
  // Reads the file, and again whenever it changes: all workers serve what it says, or go on as they were.
  const reloader = await createReloader({ manager, source: createFileSource(file), read: readSites, logger });
  process.on("SIGHUP", () => void reloader.reload());
  logger.info({ version: reloader.version }, "ready");
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  await reloader.close();
} catch (error) {
  process.stderr.write(formatFailure(error));
  process.exitCode = 1;
}
await manager.close();
