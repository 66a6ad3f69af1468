import {
  type BaseContext,
  contextKey,
  disposeChain,
  FactoryStack,
  type Has,
  type MakeService,
  makeInnermost,
  makeLayered,
  provide,
  type Service,
} from "@monolake/service-async";
import { type ByteStream, StreamReader } from "@monolake/streams";
import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { DetectEither, detectEither, prefixDetector } from "../../../src/common/index.ts";
import { serveConnections } from "../../serve-connections.ts";

/** What both protocols lead to: counts its calls, and goes on counting after a reload. */
class Handler implements Service<string, string> {
  calls: number;
  readonly log: string[];
  constructor(calls: number, log: string[]) {
    this.calls = calls;
    this.log = log;
  }
  async call(request: string): Promise<string> {
    this.calls += 1;
    return `${request} ${this.calls}`;
  }
  [Symbol.dispose](): void {
    this.log.push("handler ended");
  }
}
interface Config {
  readonly log: string[];
}
const handler = (config: Config) =>
  makeInnermost(Handler, (previous) => {
    config.log.push(previous === undefined ? "handler made" : "handler remade");
    return new Handler(previous?.calls ?? 0, config.log);
  });

/** A protocol: one connection is one request, and its first line is the request. */
abstract class Core implements Service<ByteStream, void, object> {
  abstract readonly protocol: string;
  readonly inner: Service<string, string>;
  readonly log: string[];
  connections = 0;
  constructor(inner: Service<string, string>, log: string[], previous: Core | undefined) {
    this.inner = inner;
    this.log = log;
    this.connections = previous?.connections ?? 0;
  }
  async call(stream: ByteStream): Promise<void> {
    this.connections += 1;
    const line = (await new StreamReader(stream).read()) ?? Buffer.alloc(0);
    const answer = await this.inner.call(`${this.protocol} ${line}`, {});
    stream.write(Buffer.from(`${answer} ${this.connections}`));
    stream.end();
  }
  [Symbol.dispose](): void {
    this.log.push(`${this.protocol} ended`);
  }
}
class NewCore extends Core {
  readonly protocol = "new";
}
class OldCore extends Core {
  readonly protocol = "old";
}
const newCore = (config: Config, inner: MakeService<Service<string, string>>) =>
  makeLayered(NewCore, inner, (next, previous) => new NewCore(next, config.log, previous));
const oldCore = (config: Config, inner: MakeService<Service<string, string>>) =>
  makeLayered(OldCore, inner, (next, previous) => new OldCore(next, config.log, previous));

const stackWith = (log: string[]) => FactoryStack.of<Config, Handler>({ log }, handler);
const both = (log: string[]) =>
  stackWith(log)
    .push(detectEither(prefixDetector("NEW"), newCore, oldCore))
    .check<ByteStream, BaseContext>();

async function ask(service: Service<ByteStream, void, BaseContext>, request: string): Promise<string> {
  await using server = await serveConnections(service);
  await using client = await rawClient(server.address, { allowHalfOpen: true });
  await client.write(request);
  return await client.readToEnd();
}

describe("either of two by detection", () => {
  it("chooses for each connection, and both lead to one inner service", async () => {
    const log: string[] = [];
    const service = await both(log).make();
    expect(await ask(service, "NEW a")).toBe("new NEW a 1 1");
    expect(await ask(service, "GET b")).toBe("old GET b 2 1");
    expect(await ask(service, "NEW c")).toBe("new NEW c 3 2");
    expect(log).toEqual(["handler made"]);
  });

  it("hands the state of each branch, and of what they share, on", async () => {
    const log: string[] = [];
    const first = await both(log).make();
    await ask(first, "NEW a");
    await ask(first, "GET b");
    const second = await both(log).make(first);
    expect(second).toBeInstanceOf(DetectEither);
    expect(await ask(second, "NEW c")).toBe("new NEW c 3 2");
    expect(await ask(second, "GET d")).toBe("old GET d 4 2");
    expect(log).toEqual(["handler made", "handler remade"]);
  });

  it("takes over from a stack without it, and what they share goes back to one", async () => {
    const log: string[] = [];
    const first = await stackWith(log).push(oldCore).make();
    await ask(first, "GET a");
    const second = await both(log).make(first);
    expect(await ask(second, "GET b")).toBe("old GET b 2 2");
    const third = await stackWith(log).push(oldCore).make(second);
    expect(await ask(third, "GET c")).toBe("old GET c 3 1");
  });

  it("ends both branches and what they share, each once", async () => {
    const log: string[] = [];
    const service = await both(log).make();
    await disposeChain(service);
    expect(log.toSorted()).toEqual(["handler ended", "handler made", "new ended", "old ended"]);
  });

  it("leaves nothing behind when a branch cannot be made", async () => {
    const log: string[] = [];
    const failing = (): MakeService<OldCore> => ({ make: () => Promise.reject(new Error("no")) });
    const layers = [
      [detectEither(prefixDetector("NEW"), newCore, failing), ["handler made", "new ended", "handler ended"]],
      [detectEither(prefixDetector("NEW"), failing, newCore), ["handler made", "handler ended"]],
    ] as const;
    for (const [layer, expected] of layers) {
      log.length = 0;
      await expect(stackWith(log).push(layer).make()).rejects.toThrow("no");
      expect(log).toEqual(expected);
    }
  });

  it("asks for what both branches need, and for connections", async () => {
    const user = contextKey<string>()("user");
    class Needy implements Service<ByteStream, void, Has<typeof user>> {
      async call(_stream: ByteStream, _context: Has<typeof user>): Promise<void> {}
    }
    const needy = () => makeInnermost(Needy, () => new Needy());
    const stack = stackWith([]).push(detectEither(prefixDetector("NEW"), needy, oldCore));
    // @ts-expect-error nobody provides the user
    stack.check<ByteStream, BaseContext>();
    const answers: Service<ByteStream, void, Has<typeof user>> = await stack.make();
    expect(answers).toBeInstanceOf(DetectEither);
    // @ts-expect-error it takes connections
    stack.check<string, Has<typeof user>>();
    const filled = stack.push(provide(user, () => "ada")).check<ByteStream, BaseContext>();
    expect(await filled.make()).toMatchObject({ inner: { whenTrue: expect.any(Needy) } });
  });
});
