import { deferred, eventually, type RawConnection, rawClient, startRawServer } from "@monolake/test-kit";
import { MessageType, readException, type ThriftMessage } from "@monolake/thrift";
import { describe, expect, test } from "vitest";
import { routeTo, startGateway } from "./thrift-gateway.ts";
import { answerWith, callOf, thriftAsker, thriftPeer } from "./thrift-peers.ts";

const nameBack = async (message: ThriftMessage) => answerWith(message, message.name);

/** What a caller was told. */
async function outcomeOf(answer: Promise<ThriftMessage | undefined>): Promise<string> {
  const message = (await answer)!;
  if (message.type === MessageType.EXCEPTION) return (await readException(message)).message;
  return message.payload.whole!.toString("latin1", 7, message.payload.whole!.length - 1);
}

/** The sequence id of the next call, of a name with one letter. */
async function nextId(peer: RawConnection): Promise<number> {
  const length = (await peer.readExactly(4)).readInt32BE(0);
  return (await peer.readExactly(length)).readInt32BE(9);
}

const answerBytes = answerWith(callOf("x", { name: "a" }), "done").asItLies!.length;
const lost = "the upstream closed the connection before it answered (ERR_THRIFT_UPSTREAM_CLOSED)";

describe.each([0, 1])("with %i shared connections", (multiplex) => {
  test.each(["end", "reset"] as const)(
    "an upstream that breaks off (%s) anywhere in its answers loses those only",
    async (how) => {
      const count = multiplex === 0 ? 1 : 3;
      await using upstream = await startRawServer(async (peer) => {
        const ids: number[] = [];
        for (const _ of "abc".slice(0, count)) ids.push(await nextId(peer));
        const answers = ids.map(
          (sequenceId) => answerWith(callOf("x", { name: "a", sequenceId }), "done").asItLies!,
        );
        const cut = Buffer.concat(answers).subarray(0, cutAt);
        if (cut.length > 0) await peer.write(cut);
        await rest.promise;
        if (how === "end") peer.end();
        else peer.reset();
      });
      let cutAt = 0;
      let rest = deferred<void>();
      await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex })] });
      const clients = await Promise.all([..."abc".slice(0, count)].map(() => thriftAsker(gateway.port)));
      for (; cutAt < count * answerBytes; cutAt += 1) {
        rest = deferred();
        const calls = clients.map(({ ask }) => outcomeOf(ask(callOf("x", { name: "a" }))));
        const whole = Math.floor(cutAt / answerBytes);
        if (whole > 0) await Promise.race(calls);
        rest.resolve();
        const told = (await Promise.all(calls)).toSorted();
        expect(told).toEqual([...Array(whole).fill("done"), ...Array(count - whole).fill(lost)]);
      }
      for (const client of clients) await client[Symbol.asyncDispose]();
    },
  );

  test("a client that breaks off anywhere in its calls leaves others alone", async () => {
    await using upstream = await thriftPeer(nameBack, { pipelining: "unordered" });
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex })] });
    await using other = await thriftAsker(gateway.port);
    const oneway = callOf("x", { name: "fire", type: MessageType.ONEWAY });
    const calls = Buffer.concat([callOf("x").asItLies!, oneway.asItLies!, callOf("y").asItLies!]);
    for (let at = 0; at <= calls.length; at += 1) {
      const client = await rawClient({ host: "127.0.0.1", port: gateway.port });
      await client.write(calls.subarray(0, at));
      if (at % 2 === 0) client.reset();
      else client.end();
      expect(await outcomeOf(other.ask(callOf("x", { name: "other" })))).toBe("other");
      await client.closed;
    }
    await eventually(() => expect(upstream.open()).toBeLessThan(4));
  });

  test("calls that are under way while the gateway is made anew, without their upstream, are answered", async () => {
    const gate = deferred<void>();
    let begun = 0;
    await using upstream = await thriftPeer(
      async (message) => {
        begun += 1;
        await gate.promise;
        return nameBack(message);
      },
      { pipelining: "unordered" },
    );
    await using other = await thriftPeer(nameBack);
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex })] });
    const clients = await Promise.all([1, 2, 3].map(() => thriftAsker(gateway.port)));
    const calls = clients.map(({ ask }, index) => outcomeOf(ask(callOf("x", { name: `call${index}` }))));
    await eventually(() => expect(begun).toBe(3));
    for (let round = 0; round < 3; round += 1) {
      await gateway.reload({ routes: [routeTo([other.port], { multiplex })] });
      await using late = await thriftAsker(gateway.port);
      expect(await outcomeOf(late.ask(callOf("x", { name: "late" })))).toBe("late");
    }
    gate.resolve();
    expect(await Promise.all(calls)).toEqual(["call0", "call1", "call2"]);
    // A connection stays with the services that accepted it.
    expect(await outcomeOf(clients[0]!.ask(callOf("x", { name: "again" })))).toBe("again");
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  test("a client that goes away takes its calls with it, and those of others only come back", async () => {
    const gates = new Map<string, () => void>();
    await using upstream = await thriftPeer(
      (message) =>
        new Promise((resolve) => gates.set(message.name, () => resolve(answerWith(message, message.name)))),
      { pipelining: "unordered" },
    );
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex })] });
    const gone = await rawClient({ host: "127.0.0.1", port: gateway.port });
    void gone.write(callOf("x", { name: "gone" }).asItLies!);
    await eventually(() => expect(gates.has("gone")).toBe(true));
    await using client = await thriftAsker(gateway.port);
    const call = outcomeOf(client.ask(callOf("x", { name: "stays" })));
    await eventually(() => expect(gates.has("stays")).toBe(true));
    gone.reset();
    if (multiplex === 0) await eventually(() => expect(upstream.open()).toBe(1));
    gates.get("gone")!();
    gates.get("stays")!();
    expect(await call).toBe("stays");
    const next = outcomeOf(client.ask(callOf("x", { name: "next" })));
    await eventually(() => expect(gates.has("next")).toBe(true));
    gates.get("next")!();
    expect(await next).toBe("next");
    expect(upstream.open()).toBe(1);
  });

  test("a client that takes none of its answers holds up nobody else", async () => {
    const value = "v".repeat(1_000_000);
    await using upstream = await thriftPeer(
      async (message) => answerWith(message, message.name === "long" ? value : "short"),
      { pipelining: "unordered" },
    );
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex })] });
    await using slow = await rawClient({ host: "127.0.0.1", port: gateway.port });
    slow.pause();
    const long = callOf("x", { name: "long" }).asItLies!;
    void slow.write(Buffer.concat(Array.from({ length: 12 }, () => long)));
    await using client = await thriftAsker(gateway.port);
    for (let round = 0; round < 20; round += 1) {
      expect(await outcomeOf(client.ask(callOf("x", { name: "short" })))).toBe("short");
    }
    slow.resume();
    const each = answerWith(callOf("x", { name: "long" }), value).asItLies!;
    for (let count = 0; count < 12; count += 1) {
      expect((await slow.readExactly(each.length)).equals(each)).toBe(true);
    }
  });
});
