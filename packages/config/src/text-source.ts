import { createHash } from "node:crypto";
import type { ConfigSource, ConfigText } from "./config-source.ts";

/** A configuration that a program brings itself. */
export interface TextSource extends ConfigSource {
  /** Puts another text in the place of the one before; whoever watches is given it, unless it is the same. */
  readonly set: (text: string) => void;
}

/** A text as a source, for programs whose configuration comes from elsewhere. `file` is the name that problems carry. */
export function createTextSource(text: string, file = "config"): TextSource {
  let current = configText(text, file);
  let seen = current.revision;
  const wakes = new Set<() => void>();

  const load = async () => {
    seen = current.revision;
    return current;
  };

  async function* watch(signal: AbortSignal) {
    while (!signal.aborted) {
      if (current.revision === seen) await changeOrAbort(wakes, signal);
      else yield { type: "changed", config: await load() } as const;
    }
  }

  const set = (next: string) => {
    current = configText(next, file);
    for (const wake of wakes) wake();
  };
  return { load, watch, set };
}

async function changeOrAbort(wakes: Set<() => void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve: wake } = Promise.withResolvers<void>();
  wakes.add(wake);
  signal.addEventListener("abort", wake as () => void, { once: true });
  await promise;
  signal.removeEventListener("abort", wake as () => void);
  wakes.delete(wake);
}

const configText = (text: string, file: string): ConfigText => ({
  files: [{ text, file }],
  revision: createHash("sha256").update(text).digest("hex"),
});
