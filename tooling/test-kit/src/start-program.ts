import { spawn } from "node:child_process";
import { findProgram } from "./programs.ts";

/** How {@link startProgram} starts, and when it counts as started. */
export interface StartProgramOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Wait until the output (stdout and stderr together) matches. Default: until the process exists. */
  readonly readyPattern?: RegExp;
  /** Limit of that wait. Default 15,000. */
  readonly timeoutMs?: number;
  /** How long disposing waits after SIGTERM before SIGKILL. Default 5,000. */
  readonly killAfterMs?: number;
}

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the test's own. Disposing it sends SIGTERM, then SIGKILL, to its pid. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<ProgramExit>;
  /** Everything written to stdout so far. */
  readonly stdout: string;
  /** Everything written to stderr so far. */
  readonly stderr: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until stdout and stderr together match; throws with the output when the program ends or time is over. */
  readonly waitForOutput: (
    pattern: RegExp,
    options?: { readonly timeoutMs?: number },
  ) => Promise<RegExpExecArray>;
}

/** Starts a program by its name (looked up on PATH and in /usr/sbin) or path, without a shell and without stdin. */
export async function startProgram(
  name: string,
  programArguments: readonly string[] = [],
  options: StartProgramOptions = {},
): Promise<RunningProgram> {
  const program = spawn(name.includes("/") ? name : (findProgram(name) ?? name), programArguments, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = new ProgramOutput(name);
  program.stdout.setEncoding("utf8").on("data", (text: string) => output.add("stdout", text));
  program.stderr.setEncoding("utf8").on("data", (text: string) => output.add("stderr", text));
  const killAtExit = () => program.kill("SIGKILL");
  const exited = new Promise<ProgramExit>((resolve) => {
    program.once("close", (code, signal) => {
      process.removeListener("exit", killAtExit);
      output.end({ code, signal });
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => program.once("spawn", resolve).once("error", reject));
  process.once("exit", killAtExit);
  const running: RunningProgram = {
    pid: program.pid as number,
    exited,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    kill: (signal) => void program.kill(signal),
    waitForOutput: (pattern, wait) => output.waitFor(pattern, wait?.timeoutMs ?? 15_000),
    async [Symbol.asyncDispose]() {
      program.kill("SIGTERM");
      const hard = setTimeout(killAtExit, options.killAfterMs ?? 5_000);
      await exited;
      clearTimeout(hard);
    },
  };
  if (options.readyPattern !== undefined)
    await orDispose(running, output.waitFor(options.readyPattern, options.timeoutMs ?? 15_000));
  return running;
}

async function orDispose(resource: AsyncDisposable, ready: Promise<unknown>): Promise<void> {
  try {
    await ready;
  } catch (error) {
    await resource[Symbol.asyncDispose]();
    throw error;
  }
}

class ProgramOutput {
  stdout = "";
  stderr = "";
  readonly #name: string;
  #both = "";
  #exit: ProgramExit | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(name: string) {
    this.#name = name;
  }

  add(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.#both += text;
    this.#changed();
  }

  end(exit: ProgramExit): void {
    this.#exit = exit;
    this.#changed();
  }

  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (how: string) => {
        stop();
        reject(new Error(`${this.#name} ${how} before its output matched ${pattern}:\n${this.#both}`));
      };
      const check = () => {
        const match = pattern.exec(this.#both);
        if (match !== null) {
          stop();
          resolve(match);
        } else if (this.#exit !== undefined) fail(`ended (${this.#exit.signal ?? this.#exit.code})`);
      };
      const timer = setTimeout(() => fail(`took longer than ${timeoutMs} ms`), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }
}
