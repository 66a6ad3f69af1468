import { createFileSource } from "@monolake/config";
import { type LogLevel, logLevels } from "@monolake/core";
import { serve } from "../run/serve.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";

/** Options of every command that serves. */
export const servingOptions = { "log-level": { type: "string" }, dev: { type: "boolean" } } as const;

export const runCommand: Command = {
  name: "",
  usage: "--config PATH",
  summary: "run the proxy with a configuration",
  details: "",
  async run(args) {
    const parsed = readArguments(this, args, { config: { type: "string", short: "c" }, ...servingOptions });
    if (parsed === undefined) return;
    const { values, positionals } = parsed;
    if (positionals[0] !== undefined) throw usageFailure(`unexpected argument ${positionals[0]}`);
    if (values.config === undefined) throw usageFailure("no configuration file given: use --config PATH");
    await serve(
      createFileSource(values.config, { references: true, folders: true }),
      servingSettings(values),
    );
  },
};

/** How a proxy is run, from the options. */
export function servingSettings(values: {
  readonly "log-level"?: string | undefined;
  readonly dev?: boolean | undefined;
}) {
  const option = values["log-level"];
  const logLevel =
    option === undefined
      ? readLogLevel(process.env["MONOLAKE_LOG"] || "info", " in MONOLAKE_LOG")
      : readLogLevel(option);
  return { logLevel, dev: values.dev === true };
}

function readLogLevel(text: string, where = ""): LogLevel {
  const level = logLevels.find((known) => known === text.toLowerCase());
  if (level === undefined)
    throw usageFailure(`unknown log level ${text}${where}; levels are: ${logLevels.join(", ")}`);
  return level;
}
