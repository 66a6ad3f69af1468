import type { FrameWriter } from "./frame-writer.ts";
import { frameTypes, initialWindowBytes, settingIds } from "./frames.ts";
import { prefaceBytes } from "./preface.ts";
import type { SessionOptions } from "./session-listener.ts";

/** What each side sends first (RFC 9113 section 3.4): what it takes. */
export function writeBeginning(writer: FrameWriter, options: SessionOptions): void {
  const { side, maxConcurrentStreams, enableConnectProtocol, section } = options;
  const { streamWindowBytes, connectionWindowBytes } = options;
  if (side === "client") writer.raw(prefaceBytes);
  const settings: readonly (readonly [id: number, value: number])[] = [
    [settingIds.initialWindowSize, streamWindowBytes],
    [settingIds.maxHeaderListSize, section.maxBytes],
    side === "client" ? [settingIds.enablePush, 0] : [settingIds.maxConcurrentStreams, maxConcurrentStreams],
    ...(enableConnectProtocol ? [[settingIds.enableConnectProtocol, 1] as const] : []),
  ];
  const payload = Buffer.alloc(6 * settings.length);
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  });
  writer.payload(frameTypes.settings, 0, 0, payload, 0, payload.length);
  writer.numbers(frameTypes.windowUpdate, 0, 0, [connectionWindowBytes - initialWindowBytes]);
}
