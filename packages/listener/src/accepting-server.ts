import { createServer, type Server, type Socket } from "node:net";
import { acceptedStream, type ByteStream, formatAddress, type SocketAddress } from "@monolake/streams";
import { systemCodeOf } from "./bind-error.ts";
import type { Binding } from "./binding.ts";
import { BurstLog } from "./burst-log.ts";
import type { ConnectionQueue } from "./connection-queue.ts";
import { descriptorLimit, descriptorShortage } from "./descriptor-limit.ts";
import type { ListenerLogger } from "./listener.ts";
import { quietMoment } from "./quiet-moment.ts";

/** What may change while a server listens. */
export interface AcceptSettings {
  /** Of a unix socket's file. */
  readonly mode: number | undefined;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveDelayMs: number;
  readonly maxConnections: number | undefined;
  readonly reservedDescriptors: number | undefined;
}

/** A listener as its server sees it. */
export interface Taker {
  readonly queue: ConnectionQueue;
  readonly settings: AcceptSettings;
}

/** Node reads these of a server for each connection that it accepts. */
interface ServerSettings {
  noDelay: boolean;
  keepAlive: boolean;
  keepAliveInitialDelay: number;
}

const tickMs = 1_000;
/** As many as the primary process hands over at a time, which is one, and some more. */
const maxEarly = 16;
const suspension = { firstMs: 100, maxMs: 5_000 };

/**
 * One listening socket and the listeners that take from it: usually one, two while one succeeds another on the same
 * address. The newest that is iterated over gets what comes.
 */
export class AcceptingServer {
  readonly #binding: Binding;
  readonly #logger: ListenerLogger;
  readonly #server: Server;
  readonly #takers: Taker[] = [];
  /** Came before there was a taker: a process of node:cluster may be handed connections before it knows that it listens. */
  #early: ByteStream[] = [];
  #address: SocketAddress | undefined = undefined;
  #bursts: BurstLog | undefined = undefined;
  #highestDescriptor = Number.POSITIVE_INFINITY;
  #ticking: NodeJS.Timeout | undefined = undefined;
  #resuming: NodeJS.Timeout | undefined = undefined;
  #suspended = false;
  #suspendMs = suspension.firstMs;
  #closed = false;

  constructor(binding: Binding, logger: ListenerLogger) {
    this.#binding = binding;
    this.#logger = logger;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    this.#server.on("connection", (socket) => this.#accepted(socket));
    this.#server.on("drop", () => this.#bursts?.dropped("max-connections"));
    this.#server.on("error", (error: NodeJS.ErrnoException) => {
      // Failures to listen are the business of whoever called `bind`.
      if (error.syscall === "accept") this.#suspend(systemCodeOf(error));
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes the address. Rejects with the coded errors of listening. */
  async start(): Promise<SocketAddress> {
    const address = await this.#binding.bind(this.#server);
    this.#address = address;
    this.#bursts = new BurstLog(this.#logger, formatAddress(address));
    this.#ticking = setInterval(() => this.#tick(), tickMs);
    this.#ticking.unref();
    return address;
  }

  /** Gives `taker` what comes from now on. */
  add(taker: Taker): void {
    this.#takers.push(taker);
    this.#apply(taker.settings);
    for (const stream of this.#early.splice(0)) if (!taker.queue.push(stream)) stream.destroy();
  }

  /**
   * Forgets `taker`, and closes its queue when no more can come for it. The last one gone frees the address: at a quiet
   * moment, as what waits in the kernel for a socket that closes is reset.
   */
  async remove(taker: Taker): Promise<void> {
    const index = this.#takers.indexOf(taker);
    if (index === -1) return;
    if (this.#takers.length > 1) {
      this.#takers.splice(index, 1);
      taker.queue.close();
      this.#succeeded(taker);
      return;
    }
    // Whoever wants the address from now on gets a socket of its own.
    this.#closed = true;
    if (this.#binding.shareable && !this.#suspended) await quietMoment();
    this.#takers.length = 0;
    this.#close();
    await this.#binding.closed?.();
    taker.queue.close();
  }

  #succeeded(taker: Taker): void {
    const newest = this.#takers.at(-1);
    if (newest !== undefined) this.#apply(newest.settings);
    if (taker.queue.iterated) return;
    for (const stream of taker.queue.takeAll()) if (!this.#taker()?.queue.push(stream)) stream.destroy();
  }

  #apply(settings: AcceptSettings): void {
    const server = this.#server as unknown as ServerSettings;
    server.noDelay = settings.noDelay;
    server.keepAlive = settings.keepAlive;
    server.keepAliveInitialDelay = Math.ceil(settings.keepAliveDelayMs / 1_000);
    // Node's types do not say that undefined means no limit.
    (this.#server as { maxConnections: number | undefined }).maxConnections = settings.maxConnections;
    const limit = descriptorLimit();
    const reserved = settings.reservedDescriptors ?? Math.min(256, Math.floor(limit / 10));
    this.#highestDescriptor = limit - reserved;
    this.#permit(settings.mode);
  }

  #permit(mode: number | undefined): void {
    try {
      this.#binding.permit(mode);
    } catch (error) {
      this.#logger.warn(
        { address: this.#shownAddress(), err: error },
        "cannot set the mode of the socket file",
      );
    }
  }

  #accepted(socket: Socket): void {
    // The system gives out the lowest number that is free, so a high one means that few are left. Node must not get to
    // the end: it does not report that accepting failed, and then either closes all that wait or tries again for ever.
    if (descriptorOf(socket) >= this.#highestDescriptor) {
      socket.destroy();
      this.#bursts?.dropped("descriptors");
      return;
    }
    const stream = acceptedStream(socket);
    if (this.#takers.length === 0 && !this.#closed && this.#early.length < maxEarly)
      return void this.#early.push(stream);
    if (this.#taker()?.queue.push(stream)) return;
    stream.destroy();
    this.#bursts?.dropped("not-taken");
  }

  #taker(): Taker | undefined {
    return this.#takers.findLast((taker) => taker.queue.iterated) ?? this.#takers.at(-1);
  }

  #tick(): void {
    this.#bursts?.tick();
    if (this.#suspended) return;
    const shortage = descriptorShortage();
    if (shortage === undefined) this.#suspendMs = suspension.firstMs;
    else this.#suspend(shortage);
  }

  /** Without a descriptor, Node would try to accept what waits in the kernel over and over: so there is no listening meanwhile. */
  #suspend(reason: string): void {
    if (this.#suspended || this.#closed) return;
    this.#suspended = true;
    this.#server.close();
    const fields = { address: this.#shownAddress(), reason, retryInMs: this.#suspendMs };
    this.#logger.warn(fields, "stopped accepting for a while: the system has no resources for connections");
    this.#resumeLater();
  }

  #resumeLater(): void {
    this.#resuming = setTimeout(() => void this.#resume(), this.#suspendMs);
    this.#suspendMs = Math.min(this.#suspendMs * 2, suspension.maxMs);
  }

  async #resume(): Promise<void> {
    if (descriptorShortage() !== undefined) return this.#resumeLater();
    try {
      await this.#binding.bind(this.#server);
    } catch (error) {
      if (this.#closed) return;
      this.#logger.warn({ address: this.#shownAddress(), err: error }, "cannot accept again yet");
      return this.#resumeLater();
    }
    // Closed while it was binding.
    if (this.#closed) return this.#free();
    this.#suspended = false;
    this.#logger.info({ address: this.#shownAddress() }, "accepting again");
  }

  #shownAddress(): string {
    return this.#address === undefined ? "" : formatAddress(this.#address);
  }

  #close(): void {
    clearInterval(this.#ticking);
    clearTimeout(this.#resuming);
    this.#free();
  }

  #free(): void {
    for (const stream of this.#early.splice(0)) stream.destroy();
    this.#server.close();
    this.#binding.release();
  }
}

/** -1 where Node does not show it. */
function descriptorOf(socket: Socket): number {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle;
  return handle?.fd ?? -1;
}
