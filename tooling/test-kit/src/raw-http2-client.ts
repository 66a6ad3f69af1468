import {
  decodeFrame,
  encodeFrame,
  frameFlags,
  frameTypes,
  type Http2Frame,
  http2Preface,
} from "./http2-frames.ts";
import { rawClient } from "./raw-client.ts";
import type { RawConnection, TestAddress } from "./raw-connection.ts";

/** A client of HTTP/2 that sends the frames it is told to, right or wrong, and shows those that come. */
export class RawHttp2Client implements AsyncDisposable {
  readonly connection: RawConnection;
  /** Every frame that was read so far. */
  readonly frames: Http2Frame[] = [];

  constructor(connection: RawConnection) {
    this.connection = connection;
  }

  /** Sends one frame; see `encodeFrame`. */
  send(type: number, flags: number, streamId: number, payload?: Uint8Array): void {
    void this.connection.write(encodeFrame(type, flags, streamId, payload));
  }

  /** Sends a HEADERS frame with a whole field block. */
  sendHeaders(streamId: number, block: Uint8Array, { endStream = true } = {}): void {
    const flags = frameFlags.endHeaders | (endStream ? frameFlags.endStream : 0);
    this.send(frameTypes.headers, flags, streamId, block);
  }

  /** Reads frames until one is as asked for; those before it are kept, too. Fails when the connection ends first. */
  async readUntil(wanted: (frame: Http2Frame) => boolean): Promise<Http2Frame> {
    for (;;) {
      const frame = await this.readFrame();
      if (wanted(frame)) return frame;
    }
  }

  /** Reads the next frame. */
  async readFrame(): Promise<Http2Frame> {
    const head = await this.connection.readExactly(9);
    const payload = await this.connection.readExactly(head.readUIntBE(0, 3));
    const frame = decodeFrame(Buffer.concat([head, payload]), 0) as Http2Frame;
    this.frames.push(frame);
    return frame;
  }

  /** Reads until GOAWAY with an error; its code. */
  async goawayCode(): Promise<number> {
    const { payload } = await this.readUntil(
      ({ type, payload }) => type === frameTypes.goaway && payload.readUInt32BE(4) !== 0,
    );
    return payload.readUInt32BE(4);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.connection[Symbol.asyncDispose]();
  }
}

/** Connects, and sends the preface with empty settings and their acknowledgement. */
export async function rawHttp2Client(address: TestAddress): Promise<RawHttp2Client> {
  const client = new RawHttp2Client(await rawClient(address));
  void client.connection.write(http2Preface);
  client.send(frameTypes.settings, 0, 0);
  client.send(frameTypes.settings, frameFlags.ack, 0);
  return client;
}
