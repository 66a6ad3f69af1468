import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** One request, from the moment at which its client wanted to ask; times as of `Date.now()`. */
export interface AskedRequest {
  readonly startMs: number;
  readonly endMs: number;
  /** When its connection was opened. */
  readonly openedMs: number;
  /** Of the client's side; undefined while it was not connected. */
  readonly port: number | undefined;
  /** Its connection had carried others before it, and not a byte of an answer came: it may be asked anew, whatever it is. */
  readonly onKeptConnection: boolean;
  /** Why it was not answered whole; undefined when it was. */
  readonly failure: string | undefined;
}

/** The failure of a request that was not answered for too long. */
export const hung = "no answer in time";

/** Who asks. */
export interface CrashLoadOptions {
  readonly port: number;
  readonly durationMs: number;
  /** Between two requests of a client. */
  readonly pauseMs: number;
  /** Clients that keep their connection, and clients that open one for every request. */
  readonly keepAlive: number;
  readonly newConnections: number;
}

/** Without an answer for so long, a request has failed. */
const timeoutMs = 15_000;

/** Asks in closed loops until the time is over. No request is sent twice, so that each that is lost is seen. */
export async function runCrashLoad(options: CrashLoadOptions): Promise<readonly AskedRequest[]> {
  const asked: AskedRequest[] = [];
  const endMs = Date.now() + options.durationMs;
  const client = async (keeps: boolean) => {
    let connection: Connection | undefined;
    while (Date.now() < endMs) {
      if (connection?.open !== true) connection = new Connection(options.port);
      const startMs = Date.now();
      const failure = await connection.ask(keeps);
      const { port, openedMs, onKeptConnection } = connection;
      asked.push({ startMs, endMs: Date.now(), port, openedMs, onKeptConnection, failure });
      if (!keeps || failure !== undefined) connection.close();
      await setTimeout(options.pauseMs);
    }
    connection?.close();
  };
  const clients = [...Array(options.keepAlive + options.newConnections).keys()];
  await Promise.all(clients.map((index) => client(index < options.keepAlive)));
  return asked;
}

/** A connection with one request at a time. */
class Connection {
  readonly openedMs = Date.now();
  port: number | undefined;
  readonly #socket: Socket;
  #answer = "";
  #asked = 0;
  #settle: (failure: string | undefined) => void = () => {};
  #failure = "closed before it was answered";

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("connect", () => {
      this.port = this.#socket.localPort;
    });
    this.#socket.setTimeout(timeoutMs, () => this.#fail(hung));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => this.#fail(`${error.syscall} ${error.code}`));
    this.#socket.on("data", (part: string) => this.#received(part));
    this.#socket.on("close", () => this.#settle(this.#failure));
  }

  get onKeptConnection(): boolean {
    return this.#asked > 1 && this.#answer === "";
  }

  get open(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded;
  }

  /** Gives the reason of a failure. */
  ask(keeps: boolean): Promise<string | undefined> {
    this.#answer = "";
    this.#asked += 1;
    const close = keeps ? "" : "Connection: close\r\n";
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#socket.write(`GET / HTTP/1.1\r\nHost: crashes\r\n${close}\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(reason: string): void {
    this.#failure = reason;
    this.#socket.destroy();
  }

  #received(part: string): void {
    this.#answer += part;
    const headEnd = this.#answer.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#answer.slice(0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (this.#answer.length < headEnd + 4 + length) return;
    this.#settle(head.startsWith("HTTP/1.1 200 ") ? undefined : `answered ${head.slice(9, 12)}`);
    if (/\r\nconnection: close/i.test(head)) this.#socket.destroy();
  }
}
