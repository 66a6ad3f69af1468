import { formatAddress } from "@monolake/streams";
import type { Logger } from "pino";
import type { RunningProxy } from "./run-proxy.ts";
import { notifyServiceManager } from "./service-manager.ts";
import { startSuccessor } from "./successor.ts";

let running: Promise<"SIGUSR2"> | undefined;

/**
 * Starts a successor and resolves when it serves what this process served; rejects, with this one as it was, when it cannot.
 * A second call while the first is under way is the same. `stop` ends a successor that does not serve yet: whoever ends this
 * process wants none.
 */
export function handOver(proxy: RunningProxy, logger: Logger, stop: AbortSignal): Promise<"SIGUSR2"> {
  running ??= tryHandOver(proxy, logger, stop).finally(() => {
    running = undefined;
  });
  return running;
}

async function tryHandOver(proxy: RunningProxy, logger: Logger, stop: AbortSignal): Promise<"SIGUSR2"> {
  const { runtime, servers } = proxy.config();
  const unix = servers.map(({ listener }) => listener).filter(({ type }) => type === "unix");
  try {
    // The primary process removes the file of its unix socket when it ends, whoever listens there by then.
    if (runtime.workerType === "processes" && unix.length > 0)
      throw new Error("unix sockets of processes cannot be handed over: use socket activation");
    const successor = await startSuccessor(unix.map(formatAddress), logger, stop);
    logger.info({ pid: successor.pid }, "successor is ready");
    await notifyServiceManager([`MAINPID=${successor.pid}`], logger);
    return "SIGUSR2";
  } catch (error) {
    if (stop.aborted) logger.info("the successor was ended, too");
    else logger.error({ err: error }, "no successor could take over: this process serves on");
    throw error;
  }
}
