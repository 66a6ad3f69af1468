import { fileURLToPath } from "node:url";
import { eventually, findProgram, portAccepts, startProgram } from "@monolake/test-kit";
import type { BenchCase } from "../bench-case.ts";

/** Where one contestant listens, finds the upstream, keeps its files, and runs. */
export interface Place {
  readonly listenPort: number;
  readonly upstreamPort: number;
  /** Writes a file of the contestant's own; gives its path. */
  readonly write: (name: string, content: string) => Promise<string>;
  /** The contestant's own folder. */
  readonly folder: string;
  readonly core: number;
}

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...programArguments: string[]];

/** One proxy that can be measured. */
export interface Contestant {
  /** What `--only` takes. */
  readonly id: string;
  readonly title: string;
  readonly kind: "ours" | "native" | "npm";
  /** A program of the machine, without which it is left out, and the Debian package that brings it. */
  readonly needs?: { readonly program: string; readonly debianPackage: string };
  /** It answers a question of its own, and takes part only where `--only` names it. */
  readonly onlyWhenNamed?: true;
  /** Left out: every case. */
  readonly takesPart?: (benchCase: BenchCase) => boolean;
  /** Writes its configuration and gives the command that serves `place.listenPort`. */
  readonly prepare: (place: Place) => Promise<CommandLine>;
}

/** A contestant that serves. Disposing it ends its process. */
export interface RunningContestant extends AsyncDisposable {
  readonly contestant: Contestant;
  readonly port: number;
  readonly pid: number;
}

/** Starts a contestant on its core, and waits until its port accepts. Throws with its output when it ends before. */
export async function startContestant(contestant: Contestant, place: Place): Promise<RunningContestant> {
  const command = await contestant.prepare(place);
  // taskset becomes the program, so the pid is the program's own.
  const program = await startProgram("taskset", ["--cpu-list", String(place.core), ...command], {
    // Its workers may be idle for long between two turns: what they print is of no interest, errors are.
    env: { NODE_ENV: "production" },
  });
  try {
    await Promise.race([
      eventually(() => portAccepts(place.listenPort), { timeoutMs: 20_000, intervalMs: 50 }),
      program.exited.then(() => {
        throw new Error(`ended before it served:\n${program.stdout}${program.stderr}`.trimEnd());
      }),
    ]);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    contestant,
    port: place.listenPort,
    pid: program.pid,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Why a contestant cannot run here; `undefined` when it can. */
export function missingProgram({ needs }: Contestant): string | undefined {
  if (needs === undefined || findProgram(needs.program) !== undefined) return undefined;
  return `${needs.program} is not installed; on Debian: apt install ${needs.debianPackage}`;
}

/** An absolute path of this repository, from one that is relative to its root. */
export const repositoryPath = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
