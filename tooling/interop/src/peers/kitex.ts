import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { built, idl, needProgram, packagePath, runToEnd } from "../build.ts";
import { kitexCombinations } from "../combination.ts";
import { MissingError, type PossiblePeer } from "../peer.ts";
import { ownPeer } from "./own-peer.ts";

const sources = packagePath("peers/kitex");
const module = "github.com/cloudwego/kitex";

/** Kitex, from the Go module proxy or from a checkout of its repository. */
export const kitex = (checkout: string | undefined): PossiblePeer => ({
  id: "kitex",
  async prepare() {
    const go = needProgram("go", "golang-go");
    const folder = await built(
      "kitex",
      [import.meta.filename, sources, idl, checkout ?? "from the proxy"],
      async (to) => {
        cpSync(sources, to, { recursive: true });
        copyFileSync(idl, join(to, "checks.thrift"));
        await compileProgram((...words) => runToEnd({ program: go, arguments: words, folder: to }), checkout);
      },
    );
    const command = (role: string) => ({ program: join(folder, "interop"), arguments: [role] });
    return ownPeer({
      id: "kitex",
      speaks: kitexCombinations,
      server: command("server"),
      client: command("client"),
    });
  },
});

/** Kitex's own tool, of the same version, writes the code for the IDL. */
async function compileProgram(
  go: (...words: string[]) => Promise<string>,
  checkout: string | undefined,
): Promise<void> {
  if (checkout !== undefined) await go("mod", "edit", `-replace=${module}=${checkout}`);
  try {
    await go("mod", "download");
  } catch (error) {
    throw new MissingError(
      `Go cannot get ${module}; with a checkout of its repository: --kitex-source DIR\n${(error as Error).message}`,
    );
  }
  await go("run", "-mod=mod", `${module}/tool/cmd/kitex`, "-module", "interop", "checks.thrift");
  await go("mod", "tidy");
  await go("build", "-o", "interop", ".");
}
