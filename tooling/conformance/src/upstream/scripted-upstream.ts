import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { UpstreamStep } from "../cases/conformance-case.ts";
import { expandMacros } from "../cases/expand-macros.ts";
import { readRequest } from "./read-request.ts";

/** A request as the upstream got it. */
export interface UpstreamRequest {
  /** With its empty line, in latin1. */
  readonly head: string;
  readonly body: string;
  readonly complete: boolean;
}

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const okHeadReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
/** A reset overtakes bytes that the peer has not read. */
const beforeResetMs = 40;
/** How long the proxy gets to close its side of a connection that the last case has left. */
const closingMs = 250;

/** An upstream that follows the script of one case after another. */
export class ScriptedUpstream implements AsyncDisposable {
  /** Of the case in progress, in order of their heads. */
  requests: UpstreamRequest[] = [];
  readonly #server: Server;
  readonly #connections = new Set<UpstreamConnection>();
  #received: UpstreamConnection[] = [];
  #script: readonly UpstreamStep[] = [];
  #next = 0;
  #priming = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      const connection = new UpstreamConnection(socket, this);
      this.#connections.add(connection);
      this.#received.push(connection);
      socket.once("close", () => this.#connections.delete(connection));
    });
  }

  /** Listens on 127.0.0.1; `port` 0 stands for any free one. */
  static async start(port = 0): Promise<ScriptedUpstream> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port }, resolve);
    });
    return new ScriptedUpstream(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** All bytes of each connection of the case, in latin1. */
  get received(): readonly string[] {
    return this.#received.map(({ received }) => received).filter((text) => text !== "");
  }

  /** Begins a case: closes what the last one has left, and forgets it. */
  async begin(script: readonly UpstreamStep[] = []): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    this.#priming = false;
    this.#script = script;
    this.forget();
  }

  /** The requests that follow are answered plainly and no part of the case, until {@link forget}. */
  prime(): void {
    this.#priming = true;
  }

  /** Forgets what came so far; connections stay. */
  forget(): void {
    this.#priming = false;
    this.requests = [];
    this.#next = 0;
    this.#received = [...this.#connections];
    for (const connection of this.#connections) connection.received = "";
  }

  /** Sends bytes on every open connection. */
  sendUnasked(text: string): void {
    for (const { socket } of this.#connections) socket.write(text, "latin1");
  }

  /** What to do with the next request; the last step of a script is for all that follow. */
  nextStep(): UpstreamStep {
    if (this.#priming) return {};
    const step = this.#script[Math.min(this.#next, this.#script.length - 1)] ?? {};
    this.#next += 1;
    return step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    for (const { socket } of this.#connections) socket.destroy();
    await stopped;
  }
}

/** One connection of the upstream: reads one request after another and answers each by its step. */
class UpstreamConnection {
  readonly socket: Socket;
  received = "";
  readonly #upstream: ScriptedUpstream;
  #unread = "";
  #served = 0;
  #step: UpstreamStep | undefined = undefined;
  /** Its place among the requests of the case. */
  #place = 0;
  #busy = false;
  #tunnel: string | undefined = undefined;
  readonly #closed: Promise<void>;

  constructor(socket: Socket, upstream: ScriptedUpstream) {
    this.socket = socket;
    this.#upstream = upstream;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
      this.#unread += text;
      this.#read();
    });
    socket.on("error", () => {});
    socket.once("end", () => {
      // Whoever waits for an answer may have ended its side on purpose.
      if (this.#step === undefined) socket.end();
    });
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Closes politely, and not so when the proxy does not close its side. */
  async close(): Promise<void> {
    this.socket.end();
    const stop = new AbortController();
    await Promise.race([
      this.#closed,
      setTimeout(closingMs, undefined, { signal: stop.signal }).catch(() => {}),
    ]);
    stop.abort();
    this.socket.destroy();
  }

  #read(): void {
    if (this.#tunnel !== undefined) return this.#answerTunnel();
    if (this.#busy) return;
    const request = readRequest(this.#unread);
    if (request === undefined) return;
    const complete = request.state === "complete";
    if (this.#step === undefined) this.#begin(request.head);
    this.#upstream.requests[this.#place] = { head: request.head, body: request.body, complete };
    if (!complete) return;
    this.#unread = this.#unread.slice(request.end);
    this.#busy = true;
    void this.#answer(this.#step as UpstreamStep, request.head);
  }

  #begin(head: string): void {
    this.#step = this.#upstream.nextStep();
    this.#place = this.#upstream.requests.length;
    this.#served += 1;
    // A placeholder keeps its place while other connections go on.
    this.#upstream.requests.push({ head, body: "", complete: false });
    if (this.#step.onHead !== undefined) this.#send(expandMacros(this.#step.onHead));
  }

  async #answer(step: UpstreamStep, head: string): Promise<void> {
    if (step.reuseClose === true && this.#served > 1) return void this.socket.end();
    if (step.delayMs !== undefined) await setTimeout(step.delayMs);
    if (step.hang === true) return;
    const reply = replyOf(step, head);
    if (step.trickleMs === undefined) this.#send(reply);
    else
      for (const byte of reply) {
        this.#send(byte);
        await setTimeout(step.trickleMs);
      }
    if (step.end === "rst") {
      await setTimeout(beforeResetMs);
      this.socket.resetAndDestroy();
    } else if (step.end === "fin") this.socket.end();
    this.#step = undefined;
    this.#busy = false;
    if (step.tunnel !== undefined) this.#tunnel = expandMacros(step.tunnel);
    if (this.socket.readableEnded) this.socket.end();
    this.#read();
  }

  #answerTunnel(): void {
    if (this.#unread === "") return;
    this.#unread = "";
    this.#send(this.#tunnel ?? "");
    this.#tunnel = "";
  }

  #send(text: string): void {
    if (text !== "" && this.socket.writable) this.socket.write(text, "latin1");
  }
}

/** Nothing follows a final response that was sent for the head; behind an interim one comes the reply. */
function replyOf({ reply, onHead }: UpstreamStep, head: string): string {
  if (reply !== undefined) return expandMacros(reply);
  const answered =
    onHead !== undefined && !/^(?:HTTP\/1\.\d 1\d\d[^\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)*$/.test(onHead);
  if (answered) return "";
  return head.startsWith("HEAD ") ? okHeadReply : okReply;
}
