import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux and others give to whoever asks for any, so that no connection takes one meanwhile. */
const candidates = { from: 12_000, below: 32_000 };

/**
 * A TCP port of 127.0.0.1 that nobody listens on right now. Only for programs that cannot listen on port 0 themselves,
 * and for tests that need a port where nobody listens: another process may take it before they do.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(candidates.from, candidates.below);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

/** Of a test that wants several, none twice. */
const given = new Set<number>();

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
