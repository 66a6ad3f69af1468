import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

// Debian keeps nginx and others in /usr/sbin, which is not on every user's PATH.
const folders = (): string[] => [
  ...(process.env["PATH"] ?? "").split(delimiter),
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
];

/** The absolute path of a program of this machine. */
export function findProgram(name: string): string | undefined {
  for (const folder of folders()) {
    if (folder === "") continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Whether this machine has the program. */
export const hasProgram = (name: string): boolean => findProgram(name) !== undefined;

/** Why a test that needs these programs cannot run here; `undefined` when it can. */
export function skipReason(...names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !hasProgram(name));
  return missing.length === 0 ? undefined : `needs ${missing.join(" and ")}, not installed on this machine`;
}

/** The part of vitest's test context that {@link skipWithout} uses. */
export interface SkippableTest {
  readonly skip: (note?: string) => never;
}

/** Skips the running test with a reason that the summary lists: `it("…", (test) => { skipWithout(test, "nginx"); … })`. */
export function skipWithout(test: SkippableTest, ...names: readonly string[]): void {
  const reason = skipReason(...names);
  if (reason !== undefined) test.skip(reason);
}
