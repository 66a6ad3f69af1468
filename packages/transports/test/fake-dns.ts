import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What a fake resolver knows of a name; without `a` or `aaaa` the question of that family has no data. */
export interface FakeName {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly ttl?: number;
  /** A name that is not there (3), a resolver that fails (2). */
  readonly code?: number;
  /** Questions of these types are not answered. */
  readonly silent?: readonly ("a" | "aaaa")[];
}

/** A resolver on this machine, whose knowledge a test may change while it runs. */
export interface FakeDns extends Disposable {
  readonly server: string;
  readonly names: Map<string, FakeName>;
  /** All questions so far, like `a app.test`. */
  readonly questions: string[];
}

const typeNames: Readonly<Record<number, "a" | "aaaa">> = { 1: "a", 28: "aaaa" };

/** Starts a resolver that knows `names` and says of all others that they do not exist. */
export async function startFakeDns(names: Readonly<Record<string, FakeName>> = {}): Promise<FakeDns> {
  const socket = createSocket("udp4");
  const known = new Map(Object.entries(names));
  const questions: string[] = [];
  socket.on("message", (message, peer) => {
    const { name, type, end } = readQuestion(message);
    questions.push(`${type} ${name}`);
    const entry = known.get(name) ?? { code: 3 };
    if (entry.silent?.includes(type)) return;
    socket.send(answerTo(message.subarray(0, end), type, entry), peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    server: `127.0.0.1:${socket.address().port}`,
    names: known,
    questions,
    [Symbol.dispose]: () => void socket.close(),
  };
}

function readQuestion(message: Buffer): { name: string; type: "a" | "aaaa"; end: number } {
  const labels: string[] = [];
  let offset = 12;
  for (let length = message[offset] ?? 0; length > 0; length = message[offset] ?? 0) {
    labels.push(message.toString("latin1", offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  // c-ares mixes upper and lower case at random, as a defence.
  const name = labels.join(".").toLowerCase();
  return { name, type: typeNames[message.readUInt16BE(offset + 1)] ?? "a", end: offset + 5 };
}

/** RFC 1035 §4: the question again, with records that point back to its name. */
function answerTo(question: Buffer, type: "a" | "aaaa", entry: FakeName): Buffer {
  const header = Buffer.from(question);
  const addresses = entry.code === undefined ? (entry[type] ?? []) : [];
  header.writeUInt16BE(0x8180 | (entry.code ?? 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const data = type === "a" ? Buffer.from(address.split(".").map(Number)) : bytesOfIPv6(address);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type === "a" ? 1 : 28, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(entry.ttl ?? 60, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, ...records]);
}

function bytesOfIPv6(address: string): Buffer {
  const [before = "", after = ""] = address.split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(before), groups(after)];
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
