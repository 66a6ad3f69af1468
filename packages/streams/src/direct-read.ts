import type { Socket } from "node:net";
import { readView } from "./read-buffer.ts";

/** Who takes what a socket reads. */
export interface DirectReader {
  readonly place: {
    /** What the socket reads into. */
    readonly buffer: Buffer;
    /** Set here: the socket reads this way, and {@link readElsewhere} works. */
    readsDirectly: boolean;
  };
  /** Bytes were read. False stops it. */
  received(chunk: Buffer): boolean;
  /** The buffer for the next read when it changes. */
  nextBuffer(): Buffer | undefined;
}

type OnRead = (this: SocketHandle, arrayBuffer: unknown) => Buffer | undefined;

interface SocketHandle {
  onread: OnRead;
  reading: boolean;
  readStop(): number;
  useUserBuffer(buffer: Buffer): unknown;
  /** Ours. No symbol: V8 looks for a name faster. */
  byteReader?: DirectReader | undefined;
}

/** Where the handle says how many bytes it has read, or why none; undefined where this version of Node does not show it. */
const readState = findReadState();
let original: OnRead | undefined;
/** Whose buffer was changed last by what `onRead` answers. */
let changed: SocketHandle | undefined;

/**
 * Has a socket that reads by `onread` give its bytes to `reader` at once: what Node does for each read with the stream above touches
 * several objects of a connection that nothing else needs. The end, errors and whatever is no bytes stay with Node.
 */
export function readDirectly(socket: Socket, reader: DirectReader): void {
  const { _handle: handle } = socket as unknown as { readonly _handle?: SocketHandle | null };
  if (readState === undefined || handle == null || typeof handle.onread !== "function") return;
  if (original === undefined) process.on("uncaughtExceptionMonitor", tellAgain);
  original ??= handle.onread;
  if (handle.onread !== original) return;
  reader.place.readsDirectly = true;
  handle.byteReader = reader;
  handle.onread = onRead;
}

/** Node has the socket again. */
export function readIndirectly(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { readonly _handle?: SocketHandle | null };
  if (handle == null || handle.onread !== onRead) return;
  handle.onread = original as OnRead;
  if (handle.byteReader !== undefined) handle.byteReader.place.readsDirectly = false;
  handle.byteReader = undefined;
}

/** Has a socket that reads directly read into another buffer, between two reads. Node keeps a few bytes for each time. */
export function readElsewhere(socket: Socket, buffer: Buffer): void {
  const { _handle: handle } = socket as unknown as { readonly _handle?: SocketHandle | null };
  handle?.useUserBuffer(buffer);
}

function onRead(this: SocketHandle, arrayBuffer: unknown): Buffer | undefined {
  const bytes = (readState as Int32Array)[0] as number;
  const reader = this.byteReader;
  if (bytes <= 0 || reader === undefined) return (original as OnRead).call(this, arrayBuffer);
  const more = reader.received(readView(reader.place.buffer, bytes));
  const next = reader.nextBuffer();
  if (next !== undefined) changed = this;
  if (!more) {
    this.reading = false;
    this.readStop();
  }
  return next;
}

/**
 * Node runs what waits for the end of a callback before it looks at what the callback answered, and does not look when that throws. A
 * worker lives on then, and the socket would read into the buffer before, which may be another stream's by now.
 */
function tellAgain(): void {
  const handle = changed;
  changed = undefined;
  if (handle?.byteReader !== undefined) handle.useUserBuffer(handle.byteReader.place.buffer);
}

function findReadState(): Int32Array | undefined {
  try {
    const { binding } = process as unknown as { readonly binding: (name: string) => Record<string, unknown> };
    const { streamBaseState, kReadBytesOrError } = binding("stream_wrap");
    return streamBaseState instanceof Int32Array && kReadBytesOrError === 0 ? streamBaseState : undefined;
  } catch {
    return undefined;
  }
}
