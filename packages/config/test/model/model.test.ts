import type { WorkerMode } from "@monolake/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ModelRun } from "./model-run.ts";
import { sequences } from "./steps.ts";

/** `pnpm --filter @monolake/config model` runs many more. */
const numRuns = Number(process.env["MODEL_SEQUENCES"] ?? 15);

const modes: WorkerMode[] = ["threads", "processes", "inline"];

it.each(modes)(
  "random commands, reloads and crashes leave %s with what the model says",
  async (mode) => {
    await using run = await ModelRun.start(mode);
    let done = 0;
    const property = fc.asyncProperty(sequences({ crashes: mode !== "inline" }), async (steps) => {
      await run.sequence(steps);
      done += 1;
    });
    // All sequences share the workers, so that what a failed one left would lead the search for a shorter one astray.
    await fc.assert(property, { numRuns, endOnFailure: true });
    if (numRuns > 15) console.log(`${mode}: ${done} sequences`);
    expect(done).toBeGreaterThanOrEqual(numRuns);
  },
  numRuns * 5_000 + 60_000,
);
