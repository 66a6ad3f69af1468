import { freePort, type HttpUpstream, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { answerAt, configText, local, monolake, startFollowing } from "./cli.ts";

const saying = (text: string): Promise<HttpUpstream> =>
  startHttpUpstream((_request, response) => response.end(text));

describe.each(["threads", "processes"])(
  "a second proxy (%s) on the port of one that runs",
  { timeout: 60_000 },
  (type) => {
    it("does not start, and says who has the port and what to do", async () => {
      await using folder = await temporaryFolder();
      await using one = await saying("one");
      await using two = await saying("two");
      const port = await freePort();
      const textOf = ({ origin }: HttpUpstream) =>
        configText({ listen: port, upstream: origin }).replace(
          "[runtime]\n",
          `[runtime]\nworker_type = "${type}"\n`,
        );
      await using running = await startFollowing(folder.file("one.toml"), textOf(one));
      const file = await folder.write("two.toml", textOf(two));
      await using second = await monolake(["--config", file]);
      expect((await second.exited).code).toBe(1);
      expect(second.stderr).toContain(
        `monolake: the listener of web cannot be opened: cannot listen on 127.0.0.1:${port}: it is in use (ss -ltnp`,
      );
      const answers = await Promise.all(Array.from({ length: 8 }, () => answerAt(local(port))));
      for (const answer of answers) expect(answer).toMatch(/one$/);
      // Nor does a reload take it.
      const other = await freePort();
      await using third = await startFollowing(
        folder.file("three.toml"),
        configText({ listen: other, upstream: two.origin }),
      );
      const refused = await third.change(textOf(two), /"msg":"configuration refused/);
      expect(refused).toMatchObject({ code: "ERR_RELOAD_FAILED", step: "commit", site: "web" });
      await running.change(textOf(two), /"msg":"configuration applied"/);
    });
  },
);
