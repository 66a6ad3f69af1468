import { connect } from "node:net";

/** Opens a connection to a port of 127.0.0.1 and closes it; rejects when nobody listens there. For `eventually`. */
export const portAccepts = (port: number): Promise<true> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
