import { checkFile } from "../run/check-file.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";

export const checkCommand: Command = {
  name: "check",
  usage: "check PATH",
  summary: "say what is wrong with a configuration, and exit",
  details: `PATH is a file, or a folder of them.
Exits with 0 when it can be served (with warnings, too), and with 1 when not.
`,
  async run(args) {
    const parsed = readArguments(this, args, { config: { type: "string", short: "c" } });
    if (parsed === undefined) return;
    const { values, positionals } = parsed;
    const [file, second] = values.config === undefined ? positionals : [values.config, ...positionals];
    if (file === undefined) throw usageFailure("no configuration file given: use check PATH", this);
    if (second !== undefined) throw usageFailure(`unexpected argument ${second}`, this);
    const { ok, text } = await checkFile(file, { color: process.stdout.isTTY });
    process.stdout.write(text);
    if (!ok) process.exitCode = 1;
  },
};
