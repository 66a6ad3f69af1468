import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A client of the line service: its first line is the label of the service that took it. */
export interface LineClient extends AsyncDisposable {
  readonly socket: Socket;
  readonly label: string;
  readonly ask: (line: string) => Promise<string>;
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>;
}

export async function connectLines(port: number): Promise<LineClient> {
  const socket = connect({ port, host: "127.0.0.1" });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  socket.on("error", () => {});
  const lines = createInterface({ input: socket });
  const [label] = (await Promise.race([once(lines, "line"), closed.then(() => [undefined])])) as [string];
  if (label === undefined) throw new Error(`the connection to port ${port} closed before its greeting`);
  return {
    socket,
    label,
    closed,
    async ask(line) {
      const answer = once(lines, "line");
      socket.write(`${line}\n`);
      return (await answer)[0] as string;
    },
    async [Symbol.asyncDispose]() {
      socket.end();
      await closed;
    },
  };
}

/** Whether something listens on that port. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  const connected = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return connected;
}
