import { decodeFrame, FuzzDifference, frameTypes, type Http2Frame } from "@monolake/test-kit";

/** What was written, as frames. Throws {@link FuzzDifference} when it is not whole frames, or goes on behind an end. */
export function readFrames(written: readonly Buffer[], at = 0): readonly Http2Frame[] {
  const bytes = Buffer.concat(written);
  const frames: Http2Frame[] = [];
  let faulty = false;
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at);
    if (frame === undefined) throw new FuzzDifference("half a frame was written");
    if (faulty) throw new FuzzDifference("something was written behind a GOAWAY with an error");
    if (frame.payload.length > 16_384) throw new FuzzDifference("a frame of more than 16 KiB was written");
    faulty = frame.type === frameTypes.goaway && frame.payload.readUInt32BE(4) !== 0;
    frames.push(frame);
    at += 9 + frame.payload.length;
  }
  return frames;
}

/** Lets everything that waits for the next turn happen. */
export async function turns(count: number): Promise<void> {
  for (; count > 0; count -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What completes the last frame of what a peer has sent, if it has begun one. */
export function missingBytes(bytes: Buffer): Buffer {
  let at = 0;
  for (;;) {
    const frame = decodeFrame(bytes, at);
    if (frame === undefined) break;
    at += 9 + frame.payload.length;
  }
  const begun = bytes.length - at;
  if (begun === 0) return Buffer.alloc(0);
  const head = Buffer.concat([bytes.subarray(at, at + 9), Buffer.alloc(9)], 9);
  const length = head.readUIntBE(0, 3);
  // One that is too long is over already, and so is its connection.
  if (length > 16_384) return Buffer.alloc(0);
  return Buffer.alloc(9 + length - begun);
}
