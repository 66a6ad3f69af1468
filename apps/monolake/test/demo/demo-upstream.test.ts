import { startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { startDemoUpstream } from "../../src/demo/demo-upstream.ts";
import { CommandFailure } from "../../src/run/command-failure.ts";

it("fails with a message for people when its port is busy", async () => {
  await using busy = await startHttpUpstream();
  const start = startDemoUpstream(busy.port);
  await expect(start).rejects.toThrow(CommandFailure);
  await expect(start).rejects.toThrow(
    `the demo's upstream cannot listen on 127.0.0.1:${busy.port}: it is in use`,
  );
});
