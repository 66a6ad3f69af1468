import cluster from "node:cluster";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { recoverHandedOver } from "../executor/handed-over.ts";
import { settledWithin } from "../time-limit.ts";
import type { LinkMessage, LinkPort } from "./message-link.ts";
import { birthVariable } from "./process-birth.ts";
import {
  type CarrierExit,
  inliningFlag,
  type StartCarrier,
  semiSpaceMebibytes,
  workerEntry,
} from "./worker-carrier.ts";

/**
 * Starts processes of node:cluster: what they listen on belongs to this process, which hands connections out in turn. The
 * heap of each has at most so many mebibytes; undefined leaves it to Node.
 */
export const processCarrier =
  (heapLimitMebibytes: number | undefined): StartCarrier =>
  (birth) => {
    const heap = heapLimitMebibytes === undefined ? [] : [`--max-old-space-size=${heapLimitMebibytes}`];
    // These are the process's own, and read when a worker is forked.
    cluster.setupPrimary({
      exec: fileURLToPath(workerEntry),
      args: [],
      execArgv: [...process.execArgv, `--max-semi-space-size=${semiSpaceMebibytes}`, inliningFlag, ...heap],
      serialization: "advanced",
    });
    const worker = cluster.fork({ [birthVariable]: JSON.stringify(birth) });
    recoverHandedOver(worker);
    const port: LinkPort = {
      on: (_event, listener) => worker.on("message", (message: LinkMessage) => listener(message)),
      postMessage: (message) => {
        // What a process that just died would have been told is answered by its death.
        if (worker.isConnected()) worker.send(message, undefined, () => {});
      },
      close: () => {
        if (worker.isConnected()) worker.disconnect();
      },
    };
    return { port, exited: exitOf(worker), kill: () => void worker.process.kill("SIGKILL") };
  };

/** A process that could not even be started may have no channel that closes. */
const disconnectLimitMs = 2_000;

type ClusterWorker = ReturnType<typeof cluster.fork>;

async function exitOf(worker: ClusterWorker): Promise<CarrierExit> {
  let error: unknown;
  worker.on("error", (failure) => {
    error = failure;
  });
  const exit = new Promise<[code: number | null, signal: NodeJS.Signals | null]>((resolve) => {
    worker.once("exit", (code: number | null, signal: NodeJS.Signals | null) => resolve([code, signal]));
  });
  // The channel closes when all that was sent has arrived, which may be later. (`once` would reject with an error before it.)
  const disconnected = new Promise<void>((resolve) => {
    worker.once("disconnect", () => resolve());
  });
  const [code, signal] = await exit;
  await settledWithin(disconnected, disconnectLimitMs);
  const exitCode = code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0));
  // Node aborts when it is out of heap, and for hardly anything else.
  return { exitCode, outOfMemory: signal === "SIGABRT", error };
}
