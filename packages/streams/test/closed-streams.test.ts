import { bytesMadeOld } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type PairKind, streamPair } from "./echo-peers.ts";
import { RecordingHandler } from "./recording-handler.ts";

const kinds: readonly PairKind[] = ["tcp", "unix", "data", "tls", "tls-data"];
const connections = 50;
/** As large as what stands on a connection may be. */
class LargeHandler extends RecordingHandler {
  readonly memory: number[] = new Array(8 * 1024).fill(0);
}
const largeBytes = 64 * 1024;

describe.each(kinds)("a closed byte stream over %s", (kind) => {
  it("does not make old what was on it, so that many short connections leave nothing", async () => {
    const kept = await bytesMadeOld(async () => {
      for (let count = 0; count < connections; count += 1) {
        await using pair = await streamPair(kind);
        const handlers = [pair.accepted, pair.dialled].map((stream) => {
          const handler = new LargeHandler();
          stream.attach(handler);
          return handler;
        });
        pair.dialled.write(Buffer.from("ping"));
        await handlers[0]?.received(4);
        pair.dialled.destroy();
        pair.accepted.destroy();
        await Promise.all(handlers.map(({ closed }) => closed.promise));
      }
    });
    expect(kept).toBeLessThan((connections * largeBytes) / 2);
  });
});
