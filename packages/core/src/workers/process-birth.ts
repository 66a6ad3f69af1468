import type { LinkMessage, LinkPort } from "./message-link.ts";
import type { WorkerBirth } from "./worker-protocol.ts";

/** The environment variable by which a worker process is told what it is. */
export const birthVariable = "MONOLAKE_WORKER";

/** What this process is born with. */
export function birthOfProcess(): WorkerBirth {
  const text = process.env[birthVariable];
  if (text === undefined) throw new TypeError("this module is the first one of a worker, not a program");
  delete process.env[birthVariable];
  return JSON.parse(text) as WorkerBirth;
}

/** The channel to the process that started this one. Without it there is no reason to live on. */
export function portOfProcess(): LinkPort {
  // The terminal sends its signals to all; the manager alone decides what becomes of them. SIGUSR1 would open a debugger.
  const left = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
  for (const signal of left) process.on(signal, () => {});
  process.once("disconnect", () => process.exit(0));
  return {
    on: (_event, listener) => process.on("message", (message) => listener(message as LinkMessage)),
    postMessage: (message) => void process.send?.(message),
    close: () => process.disconnect?.(),
  };
}
