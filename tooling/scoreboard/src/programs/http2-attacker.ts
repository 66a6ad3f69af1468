// Attacks one port with connections of one kind, one after the other on each lane. Prints how long each lasted, as JSON.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { http2Attacks, runAttack } from "../http2-attacks.ts";

const [port = "0", name = "", lanes = "1", forMs = "1000", maxMs = "1000"] = process.argv.slice(2);
const attack = http2Attacks[name];
if (attack === undefined) throw new Error(`unknown attack ${name}`);
const endMs = performance.now() + Number(forMs);
const lasted: number[] = [];
let sentBytes = 0;

async function lane(): Promise<void> {
  while (performance.now() < endMs) {
    const socket = connect({ host: "127.0.0.1", port: Number(port), noDelay: true });
    socket.on("error", () => {});
    // A flood does not look at what comes back; it is taken so that the server can close.
    socket.resume();
    await once(socket, "connect");
    const outcome = await runAttack(
      attackedBy(socket),
      (attack as NonNullable<typeof attack>).bytes(),
      Number(maxMs),
    );
    lasted.push(outcome.lastedMs);
    sentBytes += outcome.sentBytes;
  }
}

const attackedBy = (socket: Socket) => ({
  closed: new Promise((resolve) => {
    socket.once("close", resolve);
    socket.once("end", resolve);
  }),
  write: (bytes: Buffer) => (socket.destroyed ? true : socket.write(bytes)),
  drained: () => new Promise<void>((resolve) => void socket.once("drain", resolve)),
  destroy: () => void socket.destroy(),
});

await Promise.all(Array.from({ length: Number(lanes) }, lane));
console.log(JSON.stringify({ connections: lasted.length, longestMs: Math.max(0, ...lasted), sentBytes }));
