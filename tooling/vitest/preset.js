import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const summary = fileURLToPath(new URL("./summary-reporter.js", import.meta.url));

/** The tests of every package: from sources (no build), one file at a time a process, ended by one line that counts. */
export const preset = defineConfig({
  resolve: { conditions: ["@monolake/source"] },
  ssr: { resolve: { conditions: ["@monolake/source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    execArgv: ["--conditions=@monolake/source"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ["default", summary],
    passWithNoTests: false,
  },
});
