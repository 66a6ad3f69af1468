import { connect, type Socket } from "node:net";
import type { ByteStream, SocketAddress } from "@monolake/streams";

/** A client that is connected, and what becomes of it. */
export interface Client {
  readonly socket: Socket;
  /** What arrived until the peer ended or broke the connection. */
  readonly received: Promise<string>;
  [Symbol.dispose](): void;
}

/** Connects to a listener; rejects when that fails. */
export function connectTo(address: SocketAddress): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect(address.type === "unix" ? { path: address.path } : { ...address });
    const received = new Promise<string>((done) => {
      let text = "";
      socket.setEncoding("latin1");
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => done(text));
    });
    socket.on("error", reject);
    socket.on("connect", () => resolve({ socket, received, [Symbol.dispose]: () => void socket.destroy() }));
  });
}

/** Says something to the peer and ends this side. */
export function answer(stream: ByteStream, text: string): void {
  stream.attach({ onData: () => true, onEnd: () => stream.destroy(), onDrain: () => {}, onClose: () => {} });
  stream.write(Buffer.from(text));
  stream.end();
}

/** The next connection of an iteration that has not ended. */
export async function nextOf(iterator: AsyncIterator<ByteStream>): Promise<ByteStream> {
  const next = await iterator.next();
  if (next.done === true) throw new Error("the iteration has ended");
  return next.value;
}

/** A logger that keeps its records, and lets one wait for a message. */
export function recordingLogger() {
  const records: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    records.push({ level, fields: { ...fields }, message });
    for (const entry of waiting) if (entry.pattern.test(message)) entry.resolve();
  };
  const logged = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      if (records.some((record) => pattern.test(record.message))) resolve();
      else waiting.push({ pattern, resolve });
    });
  return { info: write("info"), warn: write("warn"), records, logged };
}
