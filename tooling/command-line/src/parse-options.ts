import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./run-command.ts";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** The options of a command line, and whether it asks for help. Throws {@link UsageError}. */
export function parseOptions<const Config extends OptionsConfig>(args: readonly string[], options: Config) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h", default: false } },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The value of `--option`, a whole number. Throws {@link UsageError} when it is none or below `least`. */
export function wholeNumber(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least)
    throw new UsageError(`--${option} takes whole numbers from ${least}, not "${text}"`);
  return value;
}

/** Several of them, with commas between. */
export const wholeNumbers = (option: string, text: string, least = 1): readonly number[] =>
  text.split(",").map((item) => wholeNumber(option, item, least));
