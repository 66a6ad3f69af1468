import {
  encodeFields,
  encodeFrame,
  type FuzzRandom,
  frameFlags,
  frameTypes,
  uint32,
} from "@monolake/test-kit";

const { data, headers, priority, rstStream, settings, ping, goaway, windowUpdate, continuation } = frameTypes;
const { endHeaders, endStream, ack } = frameFlags;
const padded = 8;
const withPriority = 32;

type Fields = readonly (readonly [string, string])[];

/** Some bytes of content. */
export const content = (random: FuzzRandom, most: number): Buffer =>
  Buffer.alloc(random.integer(most + 1), random.text("abcdef", 1, 6));

/** HEADERS, as a whole or with CONTINUATION, with padding and a priority or without. */
export function madeHeaders(random: FuzzRandom, streamId: number, fields: Fields, ended: boolean): Buffer {
  const block = encodeFields(fields);
  const flags = ended ? endStream : 0;
  const cut = random.oneIn(4) ? random.integer(block.length) : block.length;
  const first = random.oneIn(4)
    ? prefixed(random, block.subarray(0, cut))
    : { flags: 0, payload: block.subarray(0, cut) };
  const whole = cut === block.length;
  const frame = encodeFrame(headers, flags | first.flags | (whole ? endHeaders : 0), streamId, first.payload);
  if (whole) return frame;
  return Buffer.concat([frame, encodeFrame(continuation, endHeaders, streamId, block.subarray(cut))]);
}

function prefixed(random: FuzzRandom, block: Buffer): { flags: number; payload: Buffer } {
  const padding = random.integer(20);
  const head = Buffer.from([padding, 0, 0, 0, 0, random.integer(256)]);
  return { flags: padded | withPriority, payload: Buffer.concat([head, block, Buffer.alloc(padding)]) };
}

/** DATA, with padding or without. */
export function madeData(random: FuzzRandom, streamId: number, bytes: Buffer, ended: boolean): Buffer {
  const flags = ended ? endStream : 0;
  if (!random.oneIn(4)) return encodeFrame(data, flags, streamId, bytes);
  const padding = random.integer(20);
  const payload = Buffer.concat([Buffer.from([padding]), bytes, Buffer.alloc(padding)]);
  return encodeFrame(data, flags | padded, streamId, payload);
}

/** One parameter of SETTINGS. */
export function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

const numbers = [
  0,
  1,
  2,
  3,
  5,
  8,
  100,
  4096,
  16_384,
  65_535,
  65_536,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** Any frame that a connection may get in between, right or wrong. */
export function strayFrame(random: FuzzRandom): Buffer {
  const streamId = random.pick([0, 1, 1, 2, 3, 5, 7, 9, 2 ** 31 - 1]);
  const number = uint32(random.pick(numbers));
  switch (random.integer(10)) {
    case 0:
      return encodeFrame(ping, random.oneIn(3) ? ack : 0, 0, Buffer.alloc(8, random.integer(256)));
    case 1:
      return encodeFrame(settings, 0, 0, setting(random.integer(10), random.pick(numbers)));
    case 2:
      return encodeFrame(settings, ack, 0);
    case 3:
      return encodeFrame(windowUpdate, 0, streamId, number);
    case 4:
      return encodeFrame(rstStream, 0, streamId, number);
    case 5:
      return encodeFrame(priority, 0, streamId, Buffer.from([0, 0, 0, random.integer(8), 1]));
    case 6:
      return encodeFrame(goaway, 0, 0, Buffer.concat([number, uint32(random.integer(15))]));
    case 7:
      return encodeFrame(random.integer(256), random.integer(256), streamId, content(random, 30));
    case 8:
      return encodeFrame(data, random.integer(256), streamId, content(random, 300));
    default:
      return encodeFrame(
        random.pick([headers, continuation]),
        random.integer(256),
        streamId,
        content(random, 30),
      );
  }
}

/** The frames in another order, some twice or not at all, some with bytes that were changed. */
export function mutatedFrames(random: FuzzRandom, frames: readonly Buffer[]): Buffer[] {
  const changed = frames.map((frame) => Buffer.from(frame));
  for (let left = random.integer(5); left > 0; left -= 1) mutate(random, changed);
  return changed;
}

function mutate(random: FuzzRandom, frames: Buffer[]): void {
  const at = random.integer(frames.length + 1);
  const frame = frames[at];
  switch (random.integer(7)) {
    case 0:
      return void frames.splice(at, 0, strayFrame(random));
    case 1:
      return void frames.splice(at, 1);
    case 2:
      return frame === undefined ? undefined : void frames.splice(random.integer(frames.length), 0, frame);
    case 3:
      if (frame !== undefined) frames[at] = frame.subarray(0, random.integer(frame.length + 1));
      return;
    case 4:
      // In the head of a frame it means most.
      if (frame !== undefined && frame.length > 0)
        frame[random.integer(Math.min(9, frame.length))] = random.pick([
          0,
          1,
          4,
          5,
          8,
          255,
          random.integer(256),
        ]);
      return;
    default:
      if (frame !== undefined && frame.length > 0) frame[random.integer(frame.length)] = random.integer(256);
  }
}
