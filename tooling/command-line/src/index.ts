export { parseOptions, wholeNumber, wholeNumbers } from "./parse-options.ts";
export { runCommand, UsageError } from "./run-command.ts";
