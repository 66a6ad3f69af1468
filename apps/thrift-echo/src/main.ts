#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ConfigSource, createFileSource, createReloader, createTextSource } from "@monolake/config";
import { createWorkerManager, silentLogger } from "@monolake/core";
import { readSites } from "./echo-config.ts";

const help = `A Thrift echo service: TTHeader, framed and unframed, binary and compact

Usage:
  thrift-echo [--port PORT] [--host HOST] [--workers COUNT]
  thrift-echo --config FILE [--workers COUNT]

Options:
      --port PORT       default 9969; 0 for any free one
      --host HOST       default 127.0.0.1
      --workers COUNT   default 1
  -c, --config FILE     TOML: listen, prefix, pipelining, max_frame_bytes; followed, and applied when it changes
  -h, --help            this text
  -V, --version         the version
`;

const { values } = readOptions();

if (values.help) process.stdout.write(help);
else if (values.version) process.stdout.write(`thrift-echo ${packageVersion()}\n`);
else await serve(values.config === undefined ? fromOptions() : createFileSource(values.config));

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "9969" },
        host: { type: "string", default: "127.0.0.1" },
        workers: { type: "string", default: "1" },
        config: { type: "string", short: "c" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
      },
    });
  } catch (error) {
    process.stderr.write(`thrift-echo: ${(error as Error).message}\nTry: thrift-echo --help\n`);
    process.exit(1);
  }
}

function packageVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function fromOptions(): ConfigSource {
  const host = values.host.includes(":") ? `[${values.host}]` : values.host;
  return createTextSource(`listen = ${JSON.stringify(`${host}:${values.port}`)}`, "command line");
}

async function serve(source: ConfigSource): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
  const print = (fields: object, message: string) =>
    void process.stdout.write(`${message} ${JSON.stringify(fields)}\n`);
  const logger = { ...silentLogger, info: print, warn: print, error: print };
  const runtime = { workerThreads: Number(values.workers) };
  const manager = await createWorkerManager({ runtime, logger, graceMs: 5_000 });
  try {
    const reloader = await createReloader({ manager, source, read: readSites, logger });
    print({ workers: runtime.workerThreads }, "ready");
    await stopped;
    await reloader.close();
  } finally {
    await manager.close();
  }
}
