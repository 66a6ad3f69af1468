import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const summary = fileURLToPath(new URL("./summary-reporter.js", import.meta.url));

// Tests start hundreds of programs and workers from sources. With what was compiled kept, each takes a third of the processor time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(
  new URL("../../node_modules/.cache/node-compile-cache", import.meta.url),
);

/** The tests of every package: from sources (no build), each file in a process of its own, ended by a line that counts. */
export const preset = defineConfig({
  resolve: { conditions: ["@monolake/source"] },
  ssr: { resolve: { conditions: ["@monolake/source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    execArgv: ["--conditions=@monolake/source"],
    // Tests start servers and threads of their own: more files at a time than cores only makes them slow and late.
    maxWorkers: Math.min(availableParallelism(), 8),
    testTimeout: 20_000,
    // On a busy machine of strangers a test gets a second try, and the end of the run names it.
    retry: process.env["CI"] ? 1 : 0,
    // Nor does a client of a test whose connection is reset when nobody listens any more: the run says so, and it is to be mended.
    onUnhandledError(error) {
      if (!process.env["CI"] || error.code !== "ECONNRESET" || error.syscall !== "read") return true;
      console.warn(
        `nobody heard of a reset of a test's own connection: ${error.message}`,
        error.VITEST_TEST_PATH ?? "",
      );
      return false;
    },
    hookTimeout: 60_000,
    reporters: ["default", summary],
    passWithNoTests: false,
  },
});
