import { createServer } from "node:net";
import { startListening } from "./binding.ts";

let supported: Promise<boolean> | undefined;

/**
 * Whether several sockets of this system may listen on one port (SO_REUSEPORT with load balancing: Linux, FreeBSD 12,
 * Solaris 11.4, AIX 7.2.5; not macOS, not Windows). Found out once, by doing it.
 */
export function supportsReusePort(): Promise<boolean> {
  supported ??= listenTwice();
  return supported;
}

async function listenTwice(): Promise<boolean> {
  const [first, second] = [createServer(), createServer()];
  try {
    await startListening(first, { host: "127.0.0.1", port: 0, reusePort: true });
    const address = first.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await startListening(second, { host: "127.0.0.1", port, reusePort: true });
    return true;
  } catch {
    return false;
  } finally {
    first.close();
    second.close();
  }
}
