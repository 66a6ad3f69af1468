import { execFile } from "node:child_process";
import { readlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const taskset = { limitMs: 5_000 };

/** The core of worker `workerId`: worker i runs on core i modulo the number of cores. */
export const coreOfWorker = (workerId: number): number => workerId % availableParallelism();

/**
 * Pins the calling thread to one core, with the system's `taskset`. Rejects where there is none (systems other than
 * Linux among them), or where the core is not this process's to use.
 */
export async function pinThread(core: number): Promise<void> {
  // The asynchronous readlink would answer for a thread of libuv's pool.
  const threadId = basename(readlinkSync("/proc/thread-self"));
  await run("taskset", ["-pc", String(core), threadId], { timeout: taskset.limitMs });
}
