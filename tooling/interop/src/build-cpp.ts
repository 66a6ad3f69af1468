import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { needProgram, runToEnd } from "./build.ts";
import { MissingError } from "./peer.ts";

/** What is compiled together. */
export interface CppBuild {
  readonly compiler: string;
  /** Where objects and programs go. */
  readonly folder: string;
  readonly flags: readonly string[];
}

/** The compiler. Throws {@link MissingError} without it, or when it does not find one of the headers. */
export async function findCompiler(headers: readonly string[], debianPackages: string): Promise<string> {
  const compiler = needProgram("g++", "g++");
  const includes = headers.flatMap((header) => ["-include", header]);
  try {
    await runToEnd({ program: compiler, arguments: ["-fsyntax-only", ...includes, "-xc++", "/dev/null"] });
    return compiler;
  } catch {
    throw new MissingError(`needs C++ libraries; on Debian: apt install ${debianPackages}`);
  }
}

/** Compiles files, as many at a time as there are cores; gives the objects. */
export async function compileFiles(build: CppBuild, files: readonly string[]): Promise<readonly string[]> {
  const objectOf = (file: string) => join(build.folder, `${basename(file)}.o`);
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runToEnd({
        program: build.compiler,
        arguments: [...build.flags, "-c", file, "-o", objectOf(file)],
        folder: build.folder,
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return files.map(objectOf);
}

/** Makes a program of objects and libraries. */
export async function linkProgram(
  { compiler, folder }: CppBuild,
  name: string,
  parts: { readonly objects: readonly string[]; readonly libraries: readonly string[] },
): Promise<void> {
  const libraries = parts.libraries.map((library) => `-l${library}`);
  const output = ["-o", join(folder, name)];
  await runToEnd({ program: compiler, arguments: [...output, ...parts.objects, ...libraries, "-pthread"] });
}
