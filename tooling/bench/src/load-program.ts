import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "@monolake/test-kit";
import type { BenchCase } from "./bench-case.ts";

const run = promisify(execFile);
const sourceFolder = fileURLToPath(new URL("../load", import.meta.url));
const cacheFolder = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));
const compilers = ["cc", "gcc", "clang"];
/** Without them, everything but TLS can be measured. */
const hasOpenssl = existsSync("/usr/include/openssl/ssl.h");
const flags = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", ...(hasOpenssl ? ["-DWITH_OPENSSL"] : [])];
const libraries = hasOpenssl ? ["-lssl", "-lcrypto"] : [];

/** Why the load program cannot speak TLS here; undefined when it can. */
export const missingTls = (): string | undefined =>
  hasOpenssl ? undefined : "the headers of OpenSSL are not installed; on Debian: apt install libssl-dev";

/** The C compiler of this machine. */
export const findCompiler = (): string | undefined =>
  compilers.map(findProgram).find((path) => path !== undefined);

/**
 * The path of the load program; compiles it when its sources are new. Throws when the machine has no C compiler, and with the
 * compiler's words when it refuses.
 */
export async function compileLoadProgram(): Promise<string> {
  const files = readdirSync(sourceFolder).sort();
  const hash = createHash("sha256").update(flags.join(" "));
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(sourceFolder, file)));
  const program = join(cacheFolder, `load-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(program)) return program;

  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new Error(
      `no C compiler found (${compilers.join(", ")}): the load program needs one; on Debian: apt install gcc libc6-dev`,
    );
  }
  mkdirSync(cacheFolder, { recursive: true });
  // Compiled beside its place and then moved there: somebody may be compiling at the same time.
  const unfinished = `${program}.${process.pid}`;
  const sources = files.filter((file) => file.endsWith(".c"));
  await run(compiler, [...flags, "-o", unfinished, ...sources, ...libraries], { cwd: sourceFolder });
  renameSync(unfinished, program);
  return program;
}

/** What {@link runLoad} does. */
export interface LoadOptions {
  /** Left out: HTTP. */
  readonly protocol?: BenchCase["protocol"];
  readonly proxyPort: number;
  /** Where the load program listens as upstream. Left out, it has none, and what is measured answers by itself. */
  readonly upstreamPort?: number;
  readonly connections: number;
  /** Requests in flight on each connection; HTTP takes one. Left out: one. */
  readonly depth?: number;
  readonly bodyBytes: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** The core that the load program keeps busy. Left out, the system chooses. */
  readonly core?: number;
  /** Processes whose processor time is taken at the beginning and the end of the measurement. */
  readonly watchedProcesses?: readonly number[];
}

/** What can be wrong with answers, counted over the whole run. */
export interface LoadErrors {
  /** A status other than 2xx; an exception. */
  readonly notOk: number;
  /** Another length or other bytes than the upstream had sent. */
  readonly wrongBody: number;
  /** The answer to another request. */
  readonly wrongAnswer: number;
  /** No HTTP/1.1 answer with a Content-Length, or bytes behind its end; no answer to the Thrift method. */
  readonly malformed: number;
  /** The connection ended before the answer did. */
  readonly broken: number;
  /** No answer within five seconds of the end. */
  readonly unanswered: number;
  /** Requests that reached the upstream in a form that no client had sent. */
  readonly refusedByUpstream: number;
}

/** What a run says about the proxy, whichever program was the load. */
export interface LoadMeasurement {
  readonly elapsedNs: number;
  /** Within the measured time, as are the next three. */
  readonly answers: number;
  readonly loadProcessorNs: number;
  readonly watchedProcessorNs: number;
  readonly latencyNs: { readonly p50: number; readonly p99: number };
  /** Over the whole run. Left out: a kind that this load cannot see. */
  readonly errors: Partial<LoadErrors>;
  /** The load sleeps when it waits for the proxy: how much of its core it had proves nothing. */
  readonly loadSleeps?: boolean;
}

/** One line of the load program. */
export interface LoadResult extends LoadMeasurement {
  readonly latencyNs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Over the whole run: requests of clients, whole answers to them, requests that the upstream read. */
  readonly total: { readonly sent: number; readonly answered: number; readonly served: number };
  readonly errors: LoadErrors;
}

/** Runs the load program once. Throws with its words when it cannot connect or gets no answers. */
export async function runLoad(program: string, options: LoadOptions): Promise<LoadResult> {
  const { core, watchedProcesses = [] } = options;
  const loadArguments = [
    `--protocol=${options.protocol ?? "http"}`,
    `--proxy-port=${options.proxyPort}`,
    `--upstream-port=${options.upstreamPort ?? 0}`,
    `--connections=${options.connections}`,
    `--depth=${options.depth ?? 1}`,
    `--body-bytes=${options.bodyBytes}`,
    `--warmup-ms=${options.warmupMs}`,
    `--measure-ms=${options.measureMs}`,
    `--watch=${watchedProcesses.join(",")}`,
  ];
  const { stdout } =
    core === undefined
      ? await run(program, loadArguments)
      : await run("taskset", ["--cpu-list", String(core), program, ...loadArguments]);
  return JSON.parse(stdout) as LoadResult;
}

/** How many things were wrong with the answers of a run. */
export const countErrors = (errors: Partial<LoadErrors>): number =>
  Object.values(errors as Record<string, number>).reduce((sum, count) => sum + count, 0);

/** The body that the load program sends as upstream and expects as client; load/body.c has the same function. */
export function expectedBody(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => 32 + (mix(index) % 95)));
}

/** The mixing step of MurmurHash3. */
function mix(index: number): number {
  let mixed = index ^ (index >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
