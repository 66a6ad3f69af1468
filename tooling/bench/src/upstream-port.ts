import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const firstTried = 20_000;
const lastTried = 30_000;

/**
 * A free port that the system does not give to outgoing connections. The load program binds the upstream's port anew in every
 * run; a port of the usual range could belong to one of the thousands of connections of the run before.
 */
export async function findUpstreamPort(): Promise<number> {
  const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8")
    .trim()
    .split(/\s+/)
    .map(Number);
  const [firstOutgoing = 32_768, lastOutgoing = 60_999] = range;
  const tried = lastTried - firstTried;
  // From anywhere in between: two runs at a time do not meet.
  const start = randomInt(tried);
  for (let offset = 0; offset < tried; offset++) {
    const port = firstTried + ((start + offset) % tried);
    const isOutgoing = port >= firstOutgoing && port <= lastOutgoing;
    if (!isOutgoing && (await isFree(port))) return port;
  }
  throw new Error(
    `no free port from ${firstTried} to ${lastTried} outside of ${firstOutgoing} to ${lastOutgoing}`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  await once(server.close(), "close");
  return true;
}
