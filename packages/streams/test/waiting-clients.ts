import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { acceptedStream, type ByteStream } from "../src/index.ts";
import { type RecordingHandler, record } from "./recording-handler.ts";

export interface Client {
  readonly socket: Socket;
  readonly stream: ByteStream;
}

/** Clients, and the streams that were accepted from them; what they write in one go is there for all streams in one turn. */
export async function openClients(count: number) {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const clients: Client[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect(port, "127.0.0.1");
    const [[accepted]] = await Promise.all([once(server, "connection"), once(socket, "connect")]);
    clients.push({ socket, stream: acceptedStream(accepted as Socket) });
  }
  return {
    clients,
    [Symbol.dispose]() {
      for (const { socket, stream } of clients) {
        socket.destroy();
        stream.destroy();
      }
      server.close();
    },
  };
}

export const recordAll = (clients: readonly Client[]): RecordingHandler[] =>
  clients.map(({ stream }) => record(stream));

/** Writes whatever has come to one list. */
export const logTo = (log: string[], stream: ByteStream) =>
  stream.attach({
    onData: (chunk) => log.push(String(chunk)) > 0,
    onEnd() {},
    onDrain() {},
    onClose() {},
  });

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What was written has been read when this is over, and most of it waits, however busy the machine is. */
export async function firstTurn(handlers: readonly RecordingHandler[]): Promise<void> {
  while (handlers.every(({ text }) => text === "")) await nextTurn();
}

/** In how many turns all get what their clients send at once. */
export async function turnsOfDelivery(clients: readonly Client[]): Promise<number> {
  const turns: number[] = [];
  let turn = 0;
  for (const { stream } of clients)
    stream.attach({ onData: () => turns.push(turn) > 0, onEnd() {}, onDrain() {}, onClose() {} });
  for (const { socket } of clients) socket.write("request");
  for (; turns.length < clients.length; turn++) await nextTurn();
  return new Set(turns).size;
}
