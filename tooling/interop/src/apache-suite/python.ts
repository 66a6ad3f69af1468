import { join } from "node:path";
import { built } from "../build.ts";
import type { Combination } from "../combination.ts";
import type { PossiblePeer } from "../peer.ts";
import { findInterpreter } from "../peers/python.ts";
import type { Checkout, Edit } from "./checkout.ts";
import { suitePeer } from "./suite-peer.ts";

const files = ["TestServer.py", "TestClient.py", "util.py"].map((name) => `test/py/${name}`);
const edits: readonly Edit[] = [{ from: /^ {4}def testUuid\(self\):\n(?: {5,}.*\n|\n)*/gm }];

/** The test programs for the Python package. */
export const pythonSuite = (checkout: Checkout): PossiblePeer => ({
  id: "python",
  async prepare() {
    const interpreter = await findInterpreter();
    const generated = await checkout.generate("py");
    const folder = await built(
      "suite-python",
      [import.meta.filename, ...files.map((name) => checkout.path(name))],
      async (to) => {
        for (const name of files) checkout.copy(name, to, edits);
      },
    );
    const command = (program: string, { protocol, transport }: Combination, more: readonly string[]) => ({
      program: interpreter,
      arguments: [
        join(folder, program),
        ...[`--genpydir=${generated}`, `--protocol=${protocol}`, `--transport=${transport}`],
        ...more,
      ],
      environment: { PYTHONDONTWRITEBYTECODE: "1" },
    });
    return suitePeer({
      id: "python",
      server: (combination, port) =>
        command("TestServer.py", combination, [`--port=${port}`, "TThreadedServer"]),
      client: (combination, port) =>
        command("TestClient.py", combination, ["--host=127.0.0.1", `--port=${port}`]),
      // Each test prints its name; failures are listed at the end.
      checksIn: (output) =>
        output
          .split("\n")
          .filter((line) => /^(test\w+$|(FAIL|ERROR): )/.test(line))
          .map((text) => ({ passed: text.startsWith("test"), text })),
    });
  },
});
