import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream } from "@monolake/streams";
import { bytesMadeOld, rawClient } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { ThriftCore } from "../../src/index.ts";
import { bytesOf, callOf, echo, replyTo } from "./messages.ts";

const connections = 50;
const contextBytes = 64 * 1024;

/** As large as what stands on a connection may be. */
class LargeContext extends BaseContext {
  readonly memory: number[] = new Array(contextBytes / 8).fill(0);
}

it("a closed connection does not make old what was on it, while others are open", async () => {
  const core = new ThriftCore<LargeContext>(echo);
  const call = callOf("one");
  const answer = bytesOf(replyTo(call, "one"));
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const accepted = once(server, "connection");
    const client = await rawClient({ host: "127.0.0.1", port });
    const [socket] = await accepted;
    const over = core.call(acceptedStream(socket), new LargeContext());
    await client.write(bytesOf(call));
    expect(await client.readExactly(answer.length)).toEqual(answer);
    return {
      async close() {
        client.socket.destroy();
        await over;
      },
    };
  };
  const others = [await open(), await open(), await open(), await open(), await open()];
  const kept = await bytesMadeOld(async () => {
    for (let count = 0; count < connections; count += 1) {
      const next = await open();
      await others.shift()?.close();
      others.push(next);
    }
  });
  for (const other of others) await other.close();
  server.close();
  expect(kept).toBeLessThan((connections * contextBytes) / 2);
});
