import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type InheritedSocket, inheritedSocketsVariable } from "@monolake/listener";
import type { Logger } from "pino";
import { listeningSockets } from "./listening-sockets.ts";

/** How long a successor may take until it serves. */
const readyLimitMs = 60_000;
/** Standard input, output, error and the channel come before the sockets. */
const firstDescriptor = 4;

/** What a process tells the one that started it, when it serves. */
const readyMessage = "monolake-ready";

/** Tells whoever started this process, if that is its predecessor, that it serves. */
export function tellReady(): void {
  if (process.send === undefined) return;
  process.send(readyMessage, () => process.disconnect?.());
}

/**
 * Starts this program once more, with all listening sockets of this process: whatever waits in them is served by one of the
 * two. Resolves with the process when it serves; rejects when it ends before, takes too long, or is ended by `stop`.
 */
export async function startSuccessor(
  takenOver: readonly string[],
  logger: Logger,
  stop: AbortSignal,
): Promise<ChildProcess> {
  const sockets = listeningSockets();
  const handed: InheritedSocket[] = sockets.map(({ address, inode }, index) => {
    return { address, inode, fd: firstDescriptor + index };
  });
  const known = new Set(handed.map(({ address }) => address));
  for (const address of takenOver) if (!known.has(address)) handed.push({ address });
  if (sockets.length === 0 && !migratesRequests())
    logger.warn("connections that wait to be accepted will be reset: set net.ipv4.tcp_migrate_req=1");
  const successor = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit", "ipc", ...sockets.map(({ fd }) => fd)],
    env: { ...process.env, [inheritedSocketsVariable]: JSON.stringify(handed) },
  });
  logger.info({ pid: successor.pid, sockets: sockets.length }, "successor started");
  await untilReady(successor, stop);
  return successor;
}

function untilReady(successor: ChildProcess, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = () => fail(new Error("this process was told to stop"));
    const over = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", stopped);
    };
    const fail = (error: Error) => {
      over();
      successor.kill("SIGKILL");
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new Error(`it was not ready after ${readyLimitMs} ms`)),
      readyLimitMs,
    );
    stop.addEventListener("abort", stopped);
    successor.once("error", fail);
    successor.once("exit", (code, signal) => fail(new Error(`it ended with ${signal ?? code}`)));
    successor.on("message", (message) => {
      if (message !== readyMessage) return;
      over();
      successor.removeAllListeners();
      successor.unref();
      resolve();
    });
  });
}

/** Whether the kernel gives what waits for a closing socket to others on the same port (Linux 5.14). */
function migratesRequests(): boolean {
  try {
    return readFileSync("/proc/sys/net/ipv4/tcp_migrate_req", "latin1").trim() === "1";
  } catch {
    return false;
  }
}
