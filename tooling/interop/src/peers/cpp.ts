import { readdirSync } from "node:fs";
import { join } from "node:path";
import { built, generate, idl, packagePath } from "../build.ts";
import { type CppBuild, compileFiles, findCompiler, linkProgram } from "../build-cpp.ts";
import type { PossiblePeer } from "../peer.ts";
import { ownPeer } from "./own-peer.ts";

const sources = packagePath("peers/cpp");
const flags = ["-std=c++17", "-O1", "-Wall", "-Wextra"];

/** The C++ library. */
export const cpp: PossiblePeer = {
  id: "cpp",
  async prepare() {
    // This header of the library needs boost.
    const headers = ["thrift/transport/TTransportException.h"];
    const compiler = await findCompiler(headers, "g++ libthrift-dev libboost-dev");
    const generated = await generate("cpp", "cpp:no_skeleton");
    const folder = await built("cpp", [import.meta.filename, sources, idl], (to) =>
      compilePrograms(
        { compiler, folder: to, flags: [...flags, `-I${generated}`, `-I${sources}`] },
        generated,
      ),
    );
    const command = (program: string) => ({ program: join(folder, program), arguments: [] });
    return ownPeer({ id: "cpp", server: command("server"), client: command("client") });
  },
};

async function compilePrograms(build: CppBuild, generated: string): Promise<void> {
  const generatedFiles = readdirSync(generated).filter((name) => name.endsWith(".cpp"));
  const [server, client, ...others] = (await compileFiles(build, [
    ...["server.cpp", "client.cpp"].map((name) => join(sources, name)),
    ...generatedFiles.map((name) => join(generated, name)),
  ])) as [string, string, ...string[]];
  await linkProgram(build, "server", { objects: [server, ...others], libraries: ["thrift"] });
  await linkProgram(build, "client", { objects: [client, ...others], libraries: ["thrift"] });
}
