import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { built, generate, idl, needProgram, packagePath, runToEnd } from "../build.ts";
import { MissingError, type PossiblePeer } from "../peer.ts";
import { ownPeer } from "./own-peer.ts";

const sources = packagePath("peers/cpp");
const flags = ["-std=c++17", "-O1", "-Wall", "-Wextra"];

/** The C++ library. */
export const cpp: PossiblePeer = {
  id: "cpp",
  async prepare() {
    const compiler = await findCompiler();
    const generated = await generate("cpp", "cpp:no_skeleton");
    const folder = await built("cpp", [sources, idl, ...flags], (to) =>
      compilePrograms(compiler, generated, to),
    );
    const command = (program: string) => ({ program: join(folder, program), arguments: [] });
    return ownPeer({ id: "cpp", server: command("server"), client: command("client") });
  },
};

/** The compiler. Throws {@link MissingError} without it, or without the library. */
export async function findCompiler(): Promise<string> {
  const compiler = needProgram("g++", "g++");
  try {
    // TTransportException.h needs boost.
    const header = "thrift/transport/TTransportException.h";
    await runToEnd({
      program: compiler,
      arguments: ["-fsyntax-only", "-include", header, "-xc++", "/dev/null"],
    });
    return compiler;
  } catch {
    throw new MissingError(
      "needs the C++ library of Thrift; on Debian: apt install libthrift-dev libboost-dev",
    );
  }
}

async function compilePrograms(compiler: string, generated: string, folder: string): Promise<void> {
  const files = [
    ...readdirSync(generated)
      .filter((name) => name.endsWith(".cpp"))
      .map((name) => join(generated, name)),
    ...["server.cpp", "client.cpp"].map((name) => join(sources, name)),
  ];
  const include = [`-I${generated}`, `-I${sources}`];
  const objectOf = (file: string) => join(folder, `${file.split("/").at(-1)}.o`);
  await inTurn(files, async (file) => {
    await runToEnd({
      program: compiler,
      arguments: [...flags, ...include, "-c", file, "-o", objectOf(file)],
    });
  });
  for (const program of ["server", "client"]) {
    const others = files.filter((file) => file.startsWith(generated)).map(objectOf);
    const own = objectOf(`${program}.cpp`);
    const libraries = ["-lthrift", "-pthread"];
    await runToEnd({
      program: compiler,
      arguments: ["-o", join(folder, program), own, ...others, ...libraries],
    });
  }
}

/** As many at a time as there are cores. */
async function inTurn(files: readonly string[], work: (file: string) => Promise<void>): Promise<void> {
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await work(file);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
