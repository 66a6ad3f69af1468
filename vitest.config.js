import { preset } from "@monolake/vitest";
import { defineConfig, mergeConfig } from "vitest/config";

/** Every package's tests in one run, counted together. */
export default mergeConfig(
  preset,
  defineConfig({ test: { projects: ["packages/*", "apps/*", "tooling/*/vitest.config.js"] } }),
);
