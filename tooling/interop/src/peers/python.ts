import { findProgram } from "@monolake/test-kit";
import { generate, packagePath, runToEnd } from "../build.ts";
import { MissingError, type PossiblePeer } from "../peer.ts";
import { ownPeer } from "./own-peer.ts";

/** The Python package `thrift`. */
export const python: PossiblePeer = {
  id: "python",
  async prepare() {
    const interpreter = await findInterpreter();
    const generated = await generate("python", "py");
    const command = (program: string) => ({
      program: interpreter,
      arguments: [packagePath(`peers/python/${program}.py`)],
      environment: { INTEROP_GENERATED: generated, PYTHONDONTWRITEBYTECODE: "1" },
    });
    return ownPeer({ id: "python", server: command("server"), client: command("client") });
  },
};

/** The first Python that has the package: Debian's is not always the first on the PATH. */
export async function findInterpreter(): Promise<string> {
  for (const candidate of [findProgram("python3"), "/usr/bin/python3"]) {
    if (candidate === undefined) continue;
    try {
      await runToEnd({ program: candidate, arguments: ["-c", "import thrift"] });
      return candidate;
    } catch {
      // Not this one.
    }
  }
  throw new MissingError("needs Python 3 with the package thrift; on Debian: apt install python3-thrift");
}
