import { closeSync, openSync, readFileSync } from "node:fs";
import { systemCodeOf } from "./bind-error.ts";

/** How many file descriptors this process may have; Infinity where the system does not tell in a file. */
export function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What the system says when this process asks for one more descriptor: undefined when it gets it. */
export function descriptorShortage(): "EMFILE" | "ENFILE" | undefined {
  try {
    closeSync(openSync("/dev/null", "r"));
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    return code === "EMFILE" || code === "ENFILE" ? code : undefined;
  }
}
