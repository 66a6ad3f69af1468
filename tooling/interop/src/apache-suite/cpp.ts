import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { built } from "../build.ts";
import { type CppBuild, compileFiles, findCompiler, linkProgram } from "../build-cpp.ts";
import type { Combination } from "../combination.ts";
import type { PossiblePeer } from "../peer.ts";
import type { Checkout, Edit } from "./checkout.ts";
import { suitePeer } from "./suite-peer.ts";

const files = ["TestServer.cpp", "TestClient.cpp", "ThriftTest_extras.cpp"].map(
  (name) => `test/cpp/src/${name}`,
);
const edits: readonly Edit[] = [
  { from: /^ *(const TUuid expected_uuid|UUID_TEST\().*\n/gm },
  { from: /^ {2}void testUuid\((?:.*\n)*? {2}\}\n/gm },
  { from: /, SocketType::UNIX/g },
];
const headers = ["event.h", "openssl/ssl.h", "boost/program_options.hpp", "boost/filesystem.hpp"];
const debianPackages =
  "g++ libthrift-dev libboost-program-options-dev libboost-filesystem-dev libboost-random-dev libevent-dev libssl-dev";
const boost = ["boost_program_options", "boost_filesystem", "boost_random"];
const libraries = ["thriftnb", "thriftz", "thrift", "event", ...boost, "ssl", "crypto", "z"];
// What is printed and depends on the place or the clock.
const changing = /^(Connecting |Test #|\w+ time: )|, connect .*$| - took .* ms$/g;

/** The test programs for the C++ library. */
export const cppSuite = (checkout: Checkout): PossiblePeer => ({
  id: "cpp",
  async prepare() {
    const compiler = await findCompiler(headers, debianPackages);
    const generated = await checkout.generate("cpp:no_skeleton,cob_style,templates");
    const sources = files.map((name) => checkout.path(name));
    const folder = await built("suite-cpp", [import.meta.filename, ...sources, generated], async (to) => {
      for (const name of files) checkout.copy(name, to, edits);
      cpSync(generated, join(to, "gen-cpp"), { recursive: true });
      const flags = ["-std=c++17", "-O0", "-w", "-I.", "-Igen-cpp"];
      await compilePrograms({ compiler, folder: to, flags });
    });
    const command = (program: string, combination: Combination, more: readonly string[]) => ({
      program: join(folder, program),
      arguments: [`--protocol=${combination.protocol}`, `--transport=${combination.transport}`, ...more],
    });
    return suitePeer({
      id: "cpp",
      server: (combination, port) =>
        command("TestServer", combination, [`--port=${port}`, "--server-type=threaded"]),
      client: (combination, port) =>
        command("TestClient", combination, ["--host=127.0.0.1", `--port=${port}`]),
      // Each call with its answer; a wrong one is followed by *** FAILED ***.
      checksIn: (output) =>
        output
          .split("\n")
          .filter((line) => /test\w+\(|FAILED/.test(line))
          .map((line) => line.replaceAll(changing, ""))
          .map((text) => ({ passed: !text.includes("FAILED"), text })),
    });
  },
});

async function compilePrograms(build: CppBuild): Promise<void> {
  const generated = readdirSync(join(build.folder, "gen-cpp")).filter((name) => name.endsWith(".cpp"));
  const objects = await compileFiles(build, [
    ...["TestServer.cpp", "TestClient.cpp", "ThriftTest_extras.cpp"],
    ...generated.map((name) => join("gen-cpp", name)),
  ]);
  const [server, client, ...others] = objects as [string, string, ...string[]];
  await linkProgram(build, "TestServer", { objects: [server, ...others], libraries });
  await linkProgram(build, "TestClient", { objects: [client, ...others], libraries });
}
