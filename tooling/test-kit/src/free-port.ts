import { type AddressInfo, createServer } from "node:net";

/**
 * A TCP port of 127.0.0.1 that nobody listens on right now. Only for programs that cannot listen on port 0 themselves:
 * another process may take it before they do.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
