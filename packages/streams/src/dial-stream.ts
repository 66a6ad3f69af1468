import { connect, type NetConnectOpts } from "node:net";
import { addressesOf, readingInto } from "./accepted-stream.ts";
import { formatAddress, type SocketAddress } from "./address.ts";
import type { ByteStream } from "./byte-stream.ts";
import { readDirectly } from "./direct-read.ts";
import { fromSocketError } from "./socket-error.ts";
import { type SocketFacts, SocketStream } from "./socket-stream.ts";
import { StreamHolder } from "./stream-holder.ts";

/** How to open one connection. */
export interface DialOptions {
  /** Send small writes at once (TCP_NODELAY). Default true. */
  readonly noDelay?: boolean;
  /** Let the kernel probe a silent peer. Default false. */
  readonly keepAlive?: boolean;
  /** Connect from this address. */
  readonly localAddress?: string;
  /** Gives up; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a connection to one numeric address or unix path: no name is resolved and nothing is tried twice.
 * Rejects with ERR_CONNECTION_REFUSED, ERR_CONNECTION_UNREACHABLE, ERR_CONNECTION_RESOURCE or ERR_CONNECTION_FAILED.
 */
export function dialStream(address: SocketAddress, options: DialOptions = {}): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) return reject(signal.reason);
    const holder = new StreamHolder();
    const socket = connect({
      ...targetOf(address),
      noDelay: options.noDelay ?? true,
      keepAlive: options.keepAlive ?? false,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      allowHalfOpen: true,
      onread: readingInto(holder),
    } as unknown as NetConnectOpts);
    const giveUp = () => {
      socket.destroy();
      finish();
      reject(signal?.reason);
    };
    const failed = (error: Error) => {
      finish();
      reject(fromSocketError(error, formatAddress(address)));
    };
    const connected = () => {
      finish();
      const { localAddress, remoteAddress } = addressesOf(socket);
      socket.pause();
      const facts: SocketFacts = {
        localAddress,
        remoteAddress: address.type === "unix" ? address : remoteAddress,
        freshChunks: false,
        tls: undefined,
        opened: "dialled",
      };
      const stream = new SocketStream(socket, facts, holder);
      readDirectly(socket, stream);
      resolve(stream);
    };
    const finish = () => {
      signal?.removeEventListener("abort", giveUp);
      socket.off("connect", connected);
      socket.off("error", failed);
      // An error after giving up concerns nobody; without a listener it would end the process.
      socket.on("error", ignore);
    };
    socket.once("connect", connected);
    socket.once("error", failed);
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}

function targetOf(address: SocketAddress): object {
  return address.type === "unix" ? { path: address.path } : { host: address.host, port: address.port };
}

const ignore = () => {};
