import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { atTurnEnd, type TurnEndTask } from "./turn-end.ts";

const watched = new WeakMap<Socket, CloseNotifyWatch>();

/**
 * Notices that the bytes under a TLS socket end without the alert that closes TLS (close_notify, RFC 8446 section 6.1): so anybody on the
 * way can cut what is sent. To Node both are an end.
 *
 * It gives the end of close_notify in the turn in which that was read. So what was read when a turn is over that has given no end had none
 * in it; and where the end comes later, and nothing more was read, there was none at all. An end in the turn of the last content may be
 * either, and counts as one.
 */
export class CloseNotifyWatch implements TurnEndTask {
  readonly #socket: Socket;
  readonly #carrier: Socket;
  #waiting = false;
  /** As much was read, and no close_notify in it. */
  #withoutBytes = -1;

  constructor(socket: Socket, carrier: Socket) {
    this.#socket = socket;
    this.#carrier = carrier;
  }

  /** Watches a TLS socket over `carrier`; undefined where that does not say how much it has read. */
  static of(socket: Socket, carrier: Duplex | undefined): CloseNotifyWatch | undefined {
    if (carrier === undefined || typeof (carrier as Socket).bytesRead !== "number") return undefined;
    const watch = new CloseNotifyWatch(socket, carrier as Socket);
    watched.set(socket, watch);
    return watch;
  }

  /** Something was decrypted. */
  received(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    atTurnEnd(this);
  }

  turnEnded(): void {
    this.#waiting = false;
    const socket = this.#socket;
    // The end would wait behind what is not read.
    const settled = !socket.readableEnded && !socket.isPaused() && socket.readableLength === 0;
    if (settled) this.#withoutBytes = this.#carrier.bytesRead;
  }

  /** The end has come, and there was none for certain. */
  get missing(): boolean {
    return this.#socket.readableEnded && this.#carrier.bytesRead === this.#withoutBytes;
  }
}

/** Whether a TLS socket has ended without, see {@link CloseNotifyWatch}. */
export const lacksCloseNotify = (socket: Socket): boolean => watched.get(socket)?.missing === true;
