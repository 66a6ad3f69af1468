import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { ConformanceCase } from "../cases/conformance-case.ts";
import { expandMacros } from "../cases/expand-macros.ts";

/** What a client saw of its connection. */
export interface ClientSight {
  /** All bytes, in latin1. */
  readonly received: string;
  /** The proxy sent FIN or broke the connection, while it was watched. */
  readonly closed: boolean;
  /** It sent FIN. */
  readonly ended: boolean;
}

/** How a client connects and how long it looks. */
export interface ClientOptions {
  readonly port: number;
  /** Ends the watch before its time: asked after each read, and when nothing has come for {@link quietMs}. */
  readonly isEnough?: (received: string) => boolean;
}

const defaultTimeoutMs = 1_200;
const quietMs = 150;

/** Plays the client's part of a case and watches to the end of its time, or of the connection. */
export async function runClient(one: ConformanceCase, options: ClientOptions): Promise<ClientSight> {
  const client = new WatchingClient(await open(options.port));
  try {
    await client.send(expandMacros(one.send), one.trickleMs);
    for (const step of one.then ?? []) {
      if (step.waitMs !== undefined) await setTimeout(step.waitMs);
      if (step.send !== undefined) await client.send(expandMacros(step.send), one.trickleMs);
      if (step.fin === true) client.socket.end();
    }
    await client.watch(one.timeoutMs ?? defaultTimeoutMs, options.isEnough);
    return { received: client.received, closed: client.closed, ended: client.ended };
  } finally {
    client.socket.destroy();
  }
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });

class WatchingClient {
  readonly socket: Socket;
  received = "";
  closed = false;
  ended = false;
  #changed: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
      this.#changed();
    });
    socket.once("end", () => {
      this.ended = true;
      this.#close();
    });
    socket.on("error", () => this.#close());
    socket.once("close", () => this.#close());
  }

  /** Returns when the bytes are written, or the connection is gone; not when the peer has read them. */
  async send(text: string, trickleMs: number | undefined): Promise<void> {
    if (trickleMs === undefined) {
      if (text !== "" && this.socket.writable) this.socket.write(text, "latin1");
      return;
    }
    for (const byte of text) {
      if (this.closed || !this.socket.writable) return;
      this.socket.write(byte, "latin1");
      await setTimeout(trickleMs);
    }
  }

  async watch(timeoutMs: number, isEnough: ((received: string) => boolean) | undefined): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!this.closed) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return;
      const enough = isEnough?.(this.received) === true;
      const changed = await this.#nextChange(enough ? Math.min(leftMs, quietMs) : leftMs);
      if (!changed && enough) return;
    }
  }

  async #nextChange(withinMs: number): Promise<boolean> {
    const stop = new AbortController();
    const change = new Promise<boolean>((resolve) => {
      this.#changed = () => resolve(true);
    });
    const time = setTimeout(Math.max(1, withinMs), false, { signal: stop.signal }).catch(() => false);
    const changed = await Promise.race([change, time]);
    stop.abort();
    return changed;
  }

  #close(): void {
    this.closed = true;
    this.#changed();
  }
}
