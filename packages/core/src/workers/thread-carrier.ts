import { setFlagsFromString } from "node:v8";
import { MessageChannel, type ResourceLimits, Worker } from "node:worker_threads";
import {
  type CarrierExit,
  inliningFlag,
  type StartCarrier,
  semiSpaceMebibytes,
  workerEntry,
} from "./worker-carrier.ts";

/** Starts threads whose heap has at most so many mebibytes; undefined leaves it to Node. */
export const threadCarrier =
  (heapLimitMebibytes: number | undefined): StartCarrier =>
  (birth) => {
    const { port1, port2 } = new MessageChannel();
    const resourceLimits: ResourceLimits = {
      // Three semi-spaces.
      maxYoungGenerationSizeMb: 3 * semiSpaceMebibytes,
      ...(heapLimitMebibytes === undefined ? {} : { maxOldGenerationSizeMb: heapLimitMebibytes }),
    };
    // For all threads of the process.
    setFlagsFromString(inliningFlag);
    const thread = new Worker(workerEntry, {
      name: `monolake-worker-${birth.workerId}`,
      workerData: { port: port2, birth },
      transferList: [port2],
      resourceLimits,
    });
    let error: unknown;
    thread.on("error", (thrown) => {
      error = thrown;
    });
    const exited = new Promise<CarrierExit>((resolve) => {
      thread.once("exit", (exitCode) => resolve({ exitCode, outOfMemory: isOutOfMemory(error), error }));
    });
    return { port: port1, exited, kill: () => void thread.terminate() };
  };

const isOutOfMemory = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
