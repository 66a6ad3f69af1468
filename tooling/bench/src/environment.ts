import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { findProgram } from "@monolake/test-kit";

/** The machine and the versions that the figures belong to. */
export interface Environment {
  readonly processor: string;
  readonly kernel: string;
  /** By name, in the order of the report. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What a report names with its version, besides Node.js. */
export interface Versioned {
  /** Programs of the machine, by their titles. */
  readonly programs: Readonly<Record<string, string>>;
  /** Dependencies of this package. */
  readonly packages: readonly string[];
}

/** Asks this machine, and this package's package.json for the versions of the npm rivals: they are exact there. */
export function readEnvironment({ programs, packages }: Versioned): Environment {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const versions: Record<string, string> = { "Node.js": process.versions.node };
  for (const [title, program] of Object.entries(programs)) {
    const version = programVersion(program);
    if (version !== undefined) versions[title] = version;
  }
  for (const name of packages) versions[name] = manifest.dependencies[name] ?? "unknown";
  return { processor: processorName(), kernel: `Linux ${release()}`, versions };
}

/** One line for people. */
export const environmentText = ({ processor, kernel, versions }: Environment): string =>
  [processor, kernel, ...Object.entries(versions).map(([name, version]) => `${name} ${version}`)].join(", ");

function processorName(): string {
  const name = /^model name\s*:\s*(.+)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  return name?.trim() ?? process.arch;
}

/** The first version number that a program prints, on whichever stream. */
function programVersion(name: string): string | undefined {
  const program = findProgram(name);
  if (program === undefined) return undefined;
  const output = execFileSync("sh", ["-c", '"$0" -v 2>&1 || "$0" --version 2>&1', program], {
    encoding: "utf8",
  });
  return /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
}
