import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { type ByteStream, type StreamHandler, takeSocket } from "../src/index.ts";
import { type StreamPair, streamPair } from "./echo-peers.ts";

/** The byte at `at` of what stream `id` is sent. */
const byteAt = (id: number, at: number) => (id * 37 + at * 7 + (at >> 8) * 13 + (at >> 16) * 29) & 255;

const total = 3 * 1024 * 1024;
const contents = new Map<number, Buffer>();
function contentOf(id: number): Buffer {
  let bytes = contents.get(id);
  if (bytes === undefined) {
    bytes = Buffer.allocUnsafeSlow(total);
    for (let at = 0; at < total; at++) bytes[at] = byteAt(id, at);
    contents.set(id, bytes);
  }
  return bytes;
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

class World {
  readonly random: () => number;
  readonly readers: Reader[] = [];
  readonly problems: string[] = [];
  readonly stops: number;
  readonly gives: number;
  readonly changes: number;
  constructor(seed: number) {
    this.random = randomNumbers(seed);
    this.stops = [0.004, 0.02, 0.1][seed % 3] as number;
    this.gives = [0.01, 0.05][seed % 2] as number;
    this.changes = [0.2, 0.9, 0.5, 0.05][seed % 4] as number;
  }
  chance(p: number): boolean {
    return this.random() < p;
  }
  checkAll(where: string): void {
    for (const reader of this.readers) reader.checkHeld(where);
  }
}

class Reader implements StreamHandler {
  at = 0;
  held: { chunk: Buffer; from: number; why: string } | undefined;
  readonly done = Promise.withResolvers<void>();
  isOver = false;
  taken: Duplex | undefined;
  readonly world: World;
  readonly id: number;
  readonly stream: ByteStream;

  constructor(world: World, id: number, stream: ByteStream) {
    this.world = world;
    this.id = id;
    this.stream = stream;
  }

  check(chunk: Buffer, from: number, where: string): void {
    const expected = contentOf(this.id).subarray(from, from + chunk.length);
    if (expected.equals(chunk)) return;
    let at = 0;
    while (chunk[at] === expected[at]) at++;
    this.world.problems.push(`${where}: stream ${this.id} at ${from}+${at} of ${chunk.length}`);
  }

  checkHeld(where: string): void {
    if (this.held !== undefined) this.check(this.held.chunk, this.held.from, `${where}, ${this.held.why}`);
  }

  over(): void {
    this.isOver = true;
    this.done.resolve();
  }

  onData(chunk: Buffer): boolean {
    const { world, stream } = this;
    world.checkAll("held at a read");
    if (this.held !== undefined) world.problems.push(`read while ${this.held.why}`);
    this.check(chunk, this.at, "read");
    const owned = stream.ownsChunk;
    if (world.chance(world.changes)) stream.ownBuffer = world.chance(0.8);
    if (owned && chunk.length > 1 && world.chance(world.stops / 2)) {
      const cut = 1 + Math.floor(world.random() * (chunk.length - 1));
      this.at += cut;
      const rest = chunk.subarray(cut);
      stream.unread(rest);
      if (world.chance(0.5)) return true;
      this.hold(rest, "put back", true);
      return false;
    }
    const from = this.at;
    this.at += chunk.length;
    if (this.at === total) this.over();
    if (world.chance(world.gives)) this.takeAnother();
    if (owned && world.chance(world.stops / 4)) {
      this.hold(chunk, "destroyed", false, from);
      stream.destroy();
      this.over();
      return world.chance(0.5);
    }
    if (owned && world.chance(world.stops)) {
      this.hold(chunk, "stopped", true, from);
      return false;
    }
    return true;
  }

  takeAnother(): void {
    const others = this.world.readers.filter(
      (other) => other !== this && !other.isOver && other.held === undefined,
    );
    const other = others[Math.floor(this.world.random() * others.length)];
    if (other === undefined) return;
    const socket = takeSocket(other.stream);
    other.taken = socket;
    socket.on("data", (chunk: Buffer) => {
      other.check(chunk, other.at, "taken");
      other.at += chunk.length;
      if (other.at === total) other.over();
    });
    socket.on("close", () => other.over());
  }

  hold(chunk: Buffer, why: string, resumes: boolean, from = this.at): void {
    this.held = { chunk, from, why };
    if (!resumes) return;
    const turns = 1 + Math.floor(this.world.random() * 4);
    const wait = (left: number) => {
      if (left > 0) return void setImmediate(wait, left - 1);
      this.world.checkAll("held before going on");
      if (this.world.chance(0.1)) {
        this.stream.destroy();
        return this.over();
      }
      this.held = undefined;
      if (this.stream.closed) return;
      this.stream.resume();
      if (this.world.chance(0.2)) {
        this.stream.pause();
        setImmediate(() => this.held === undefined && this.stream.resume());
      }
    };
    setImmediate(wait, turns);
  }

  onEnd(): void {}
  onDrain(): void {}
  onClose(): void {
    this.over();
  }
}

describe("streams that share a buffer for long content", () => {
  it.each([1, 2, 3, 4, 117, 169, 189, 198])("read what was sent, with seed %i", async (seed) => {
    const world = new World(seed);
    const pairs: StreamPair[] = [];
    for (let id = 0; id < 12; id++) {
      const pair = await streamPair();
      pairs.push(pair);
      world.readers.push(new Reader(world, id, pair.accepted));
    }
    for (const [id, reader] of world.readers.entries()) {
      reader.stream.ownBuffer = world.chance(0.7);
      reader.stream.attach(reader);
      (pairs[id] as StreamPair).dialled.write(contentOf(id));
    }
    await Promise.all(world.readers.map((reader) => reader.done.promise));
    world.checkAll("held at the end");
    expect(world.problems.slice(0, 5)).toEqual([]);
    for (const reader of world.readers) reader.taken?.destroy();
    for (const pair of pairs) await pair[Symbol.asyncDispose]();
  });
});
