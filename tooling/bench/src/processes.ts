import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** The cores that this process may use. */
export function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (list === undefined) return Array.from({ length: availableParallelism() }, (_, core) => core);
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}

/** A process and all that descend from it: nginx has a master and a worker. */
export function processTree(process: number): readonly number[] {
  const threads = readdirSync(`/proc/${process}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${process}/task/${thread}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
  return [process, ...children.flatMap(processTree)];
}

/** Processor time that all threads of these processes have had, nanoseconds; exact, unlike the ticks of /proc/PID/stat. */
export function processorNs(processes: readonly number[]): number {
  return processes.reduce((sum, process) => sum + processNs(process), 0);
}

function processNs(process: number): number {
  return readdirSync(`/proc/${process}/task`).reduce((sum, thread) => {
    try {
      return sum + Number(readFileSync(`/proc/${process}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // The thread has just ended.
      return sum;
    }
  }, 0);
}

/** Bytes in memory of all these processes. */
export function residentBytes(processes: readonly number[]): number {
  return processes.reduce((sum, process) => {
    const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, "utf8"))?.[1];
    return sum + Number(kibibytes ?? 0) * 1024;
  }, 0);
}
