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

const rivals = ["fast-proxy", "undici", "@fastify/http-proxy", "fastify", "http-proxy"];

/** Asks this machine, and this package's package.json for the versions of the npm rivals: they are exact there. */
export function readEnvironment(): Environment {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const versions: Record<string, string> = { "Node.js": process.versions.node };
  for (const [name, program, flag] of [
    ["nginx", "nginx", "-v"],
    ["HAProxy", "haproxy", "-v"],
  ] as const) {
    const version = programVersion(program, flag);
    if (version !== undefined) versions[name] = version;
  }
  for (const name of rivals) versions[name] = manifest.dependencies[name] ?? "unknown";
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
function programVersion(name: string, flag: string): string | undefined {
  const program = findProgram(name);
  if (program === undefined) return undefined;
  const output = execFileSync("sh", ["-c", '"$0" "$1" 2>&1', program, flag], { encoding: "utf8" });
  return /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
}
