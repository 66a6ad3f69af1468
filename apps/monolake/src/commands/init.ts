import { existsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
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
    if (text === undefined) throw usageFailure(wrongName(file), this);
    try {
      await writeFile(file, text, { flag: "wx" });
    } catch (error) {
      throw new CommandFailure(writeFailure(file, error as NodeJS.ErrnoException));
    }
    const word = shellWord(file);
    process.stdout.write(
      `${file} is written. Look at it, then:\n  monolake check ${word}\n  monolake --config ${word}\n`,
    );
  },
};

function wrongName(file: string): string {
  const expected = "expected a file that ends in .toml, .yaml, .yml or .json";
  return isFolder(file)
    ? `${expected}, found the folder ${file}: use init ${shellWord(join(file, defaultFile))}`
    : `${expected}, found ${JSON.stringify(file)}`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** As it can be typed again. */
const shellWord = (file: string): string => {
  const word = file.startsWith("-") ? `./${file}` : file;
  return /^[\w./~+@%:,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
};

/** What cannot be done, where and why, and what to do. */
function writeFailure(file: string, { code = "", message }: NodeJS.ErrnoException): string {
  if (code === "EEXIST") return `${file} is there already, and stays as it is`;
  const folder = dirname(resolve(file));
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: existsSync(folder)
      ? `the folder ${folder} takes no file: choose another one`
      : `the folder ${folder} does not exist; to make it: mkdir -p ${shellWord(folder)}`,
    ENOTDIR: `${folder} is no folder, or is below a file: choose another place`,
    EACCES: `this user may not write into the folder ${folder}: choose another one`,
    EROFS: `the folder ${folder} is on a file system that is read-only: choose another one`,
    ENOSPC: `there is no room in the folder ${folder}`,
    ENAMETOOLONG: "its name is too long",
    ELOOP: "too many symbolic links lead to it",
  };
  return `cannot write ${file}: ${reasons[code] ?? message}`;
}
