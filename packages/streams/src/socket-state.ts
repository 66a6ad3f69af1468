import type { Socket } from "node:net";
import { getSystemErrorName } from "node:util";

/**
 * Whether the system has taken what was just written with TLS. Node copies it while encrypting, but says so in a later turn only; to
 * wait for that would cost a write of nothing and a turn for each message. False where this version of Node does not show it.
 */
export function isOnItsWay(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { readonly _parent?: { readonly writeQueueSize?: number } } | null;
  };
  return handle?._parent?.writeQueueSize === 0;
}

/**
 * The system tells a reset once. When what Node writes by itself, such as session tickets, has got it, nobody hears of it, and what is
 * read looks like an end; but the connection has no peer any more.
 */
export function hidesReset(socket: Socket): boolean {
  // Behind an end of our own, that of the peer leaves nothing of the connection, either.
  if (socket.writableEnded) return false;
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { readonly getpeername?: (out: object) => number | undefined } | null;
  };
  const status = handle?.getpeername?.({}) ?? 0;
  return status < 0 && getSystemErrorName(status) === "ENOTCONN";
}

export const notConnected = (): Error =>
  Object.assign(new Error("the peer has reset the connection"), { code: "ENOTCONN" });

/** Only TCP knows a reset, and not behind an end: Node would lose the handle. */
export function canReset(socket: Socket): boolean {
  return socket.remoteFamily !== undefined && !socket.writableEnded && !("encrypted" in socket);
}

/** What a write gives behind a reset of the peer: the first time ECONNRESET, then EPIPE. */
export function isReset(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}
