import { execFile } from "node:child_process";
import type { Logger } from "pino";

const limitMs = 5_000;

/**
 * Tells systemd, or whoever set NOTIFY_SOCKET, something such as `READY=1`. Node has no datagram sockets of that kind, so
 * `systemd-notify` sends it: the unit needs `NotifyAccess=all`. Nobody listens: nothing happens. Never rejects.
 */
export function notifyServiceManager(states: readonly string[], logger: Logger): Promise<void> {
  if (process.env["NOTIFY_SOCKET"] === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    execFile("systemd-notify", [...states], { timeout: limitMs }, (error) => {
      if (error !== null) logger.warn({ err: error, states }, "the service manager cannot be told");
      resolve();
    });
  });
}
