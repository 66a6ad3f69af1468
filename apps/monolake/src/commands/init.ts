import { writeFile } from "node:fs/promises";
import { CommandFailure } from "../run/command-failure.ts";
import { starterFile } from "../starter/starter-file.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";

const defaultFile = "monolake.toml";

export const initCommand: Command = {
  name: "init",
  usage: "init [FILE]",
  summary: "write a commented configuration file to start from",
  details: `FILE is ${defaultFile} when left out; its ending says the format: .toml, .yaml, .yml or .json. A file that exists stays as it is, and
is an error.
`,
  async run(args) {
    const parsed = readArguments(this, args, {});
    if (parsed === undefined) return;
    const [file = defaultFile, unexpected] = parsed.positionals;
    if (unexpected !== undefined) throw usageFailure(`unexpected argument ${unexpected}`, this);
    const text = starterFile(file);
    if (text === undefined)
      throw usageFailure(`expected a file that ends in .toml, .yaml, .yml or .json, found ${file}`, this);
    try {
      await writeFile(file, text, { flag: "wx" });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new CommandFailure(
        code === "EEXIST"
          ? `${file} is there already, and stays as it is`
          : `cannot write ${file}: ${message}`,
      );
    }
    process.stdout.write(
      `${file} is written. Look at it, then:\n  monolake check ${file}\n  monolake --config ${file}\n`,
    );
  },
};
