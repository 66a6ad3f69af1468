import {
  IntKey,
  MessageType,
  readException,
  type ThriftMessage,
  TTHeader,
  thriftFormat,
} from "@monolake/thrift";
import { describe, expect, test } from "vitest";
import type { ThriftRouteConfig } from "../../src/thrift/index.ts";
import { type Gateway, routeTo, startGateway } from "./thrift-gateway.ts";
import { answerWith, callOf, type ThriftPeer, thriftAsker, thriftPeer } from "./thrift-peers.ts";

const format = thriftFormat("ttheader", "binary");

/** A call with keys in its TTHeader. */
function callWith(name: string, keys: readonly (readonly [string | number, string])[] = []): ThriftMessage {
  const header = TTHeader.create({ sequenceNumber: 1 });
  for (const [key, value] of keys) header.set(key, value);
  return callOf("x", { format, name, header });
}

/** An upstream that tells what it saw. */
const named = (upstream: string): Promise<ThriftPeer> =>
  thriftPeer(async (message) => {
    const keys = [...(message.header?.entries() ?? [])].map(({ key, value }) => `${key}=${value}`);
    const answer = answerWith(message, [upstream, message.name, ...keys].join(" "));
    answer.header?.set("from", upstream);
    return answer;
  });

async function ask(gateway: Gateway, message: ThriftMessage): Promise<string> {
  await using client = await thriftAsker(gateway.port);
  const answer = (await client.ask(message))!;
  if (answer.type === MessageType.EXCEPTION) {
    const { type, message: told } = await readException(answer);
    return `exception ${type} ${told}`;
  }
  // Behind the field's type, id and length.
  return answer.payload.whole!.toString("latin1", 7, answer.payload.whole!.length - 1);
}

describe("Thrift routes", () => {
  test("are found by service, method, keys and caller, the first that matches", async () => {
    const names = ["service", "isn", "method", "prefix", "caller", "key", "any"];
    const peers = await Promise.all(names.map(named));
    const match: Record<string, ThriftRouteConfig["match"]> = {
      service: { service: "Users" },
      isn: { service: "a.b.C" },
      method: { method: "get" },
      prefix: { method: "list*" },
      caller: { caller: "shop" },
      key: {
        headers: [
          { key: "env", value: "canary" },
          { key: 9, value: "*" },
        ],
      },
      any: {},
    };
    const routes = names.map((name, index) => routeTo([peers[index]!.port], { match: match[name]! }));
    await using gateway = await startGateway({ routes });
    expect(await ask(gateway, callWith("Users:get"))).toBe("service Users:get");
    expect(await ask(gateway, callWith("set", [["isn", "a.b.C"]]))).toBe("isn set isn=a.b.C");
    expect(await ask(gateway, callWith("Orders:get"))).toBe("method Orders:get");
    expect(await ask(gateway, callWith("listAll"))).toBe("prefix listAll");
    expect(await ask(gateway, callWith("set", [[IntKey.fromService, "shop"]]))).toBe("caller set 3=shop");
    expect(
      await ask(
        gateway,
        callWith("set", [
          ["env", "canary"],
          [9, "m"],
        ]),
      ),
    ).toBe("key set env=canary 9=m");
    expect(await ask(gateway, callWith("set", [["env", "canary"]]))).toBe("any set env=canary");
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  });

  test("that do not match are told to the caller", async () => {
    await using peer = await named("only");
    await using gateway = await startGateway({
      routes: [routeTo([peer.port], { match: { method: "get" } })],
    });
    expect(await ask(gateway, callWith("set"))).toBe("exception 1 no route for set");
    // A message without a TTHeader has no keys.
    await gateway.reload({
      routes: [routeTo([peer.port], { match: { headers: [{ key: "env", value: "*" }] } })],
    });
    expect(await ask(gateway, callOf("x", { name: "get" }))).toBe("exception 1 no route for get");
  });

  test("edit the TTHeader of calls and answers, and take the service off", async () => {
    await using peer = await named("edited");
    const route = routeTo([peer.port], {
      stripService: true,
      request: {
        set: [
          { key: "env", value: "canary" },
          { key: 10, value: "ten" },
        ],
        remove: ["secret", 4],
      },
      response: { set: [{ key: "gateway", value: "yes" }], remove: ["from"] },
    });
    await using gateway = await startGateway({ routes: [route] });
    const call = () =>
      callWith("Users:get", [
        ["secret", "s"],
        ["kept", "k"],
        [4, "cluster"],
        [5, "idc"],
      ]);
    expect(await ask(gateway, call())).toBe("edited get kept=k env=canary 5=idc 10=ten");
    await using client = await thriftAsker(gateway.port);
    const answer = await client.ask(call());
    expect([...answer!.header!.entries()].map(({ key, value }) => [key, value])).toEqual([
      ["gateway", "yes"],
    ]);
  });
});
