import { connect } from "node:net";
import { RawConnection, type TestAddress } from "./raw-connection.ts";

/** The client's end of a raw connection. */
export type RawClient = RawConnection;

/** How {@link rawClient} connects. */
export interface RawClientOptions {
  /** Keep the own side open after the peer's FIN, until `end()`. Default false. */
  readonly allowHalfOpen?: boolean;
  /** Connects from this address of the machine, such as 127.0.0.2. Default: the system's choice. */
  readonly localAddress?: string;
}

/** Connects a raw socket, without delay (TCP_NODELAY). Rejects with Node's error when nobody listens there. */
export function rawClient(address: TestAddress, options: RawClientOptions = {}): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, ...options, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(new RawConnection(socket));
    });
  });
}
