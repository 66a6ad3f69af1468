import {
  BaseContext,
  Cancellation,
  cancellation,
  contextKey,
  FactoryStack,
  findPrevious,
  type Has,
  type MakeService,
  MissingContextError,
  Provide,
  provide,
  requireFrom,
  type Service,
} from "@monolake/service-async";
import { describe, expect, it } from "vitest";
import { AppContext, type Connection, peerAddress, user } from "./app.ts";

const peer = { address: "10.0.0.1", port: 7 };

describe("provide", () => {
  const seen = (): MakeService<Service<Connection, unknown, AppContext>> => ({
    make: async () => ({ call: async (_connection, context) => [context.peerAddress, context.user] }),
  });

  it("fills a slot from the request, and another from slots further out", async () => {
    const service = await FactoryStack.of({}, seen)
      .push(
        provide(
          user,
          (_: Connection, context: Has<typeof peerAddress>) => `user of ${context.peerAddress.address}`,
        ),
      )
      .push(provide(peerAddress, (connection: Connection) => connection.peer))
      .check<Connection, AppContext>()
      .make();
    expect(await service.call({ peer, paths: [] }, new AppContext())).toEqual([peer, "user of 10.0.0.1"]);
  });

  it("can be found by its key", async () => {
    const factory = FactoryStack.of({}, seen)
      .push(provide(user, (_: Connection) => "a"))
      .push(provide(peerAddress, (connection: Connection) => connection.peer))
      .toFactory();
    const first = await factory.make();
    const found = findPrevious(Provide, first, (previous) => previous.key.name === "user");
    expect(found).toBe(first.inner);
  });
});

describe("requireFrom", () => {
  it("reads a slot that the type does not promise", () => {
    const context = new AppContext();
    context.user = "ada";
    expect(requireFrom(context, user)).toBe("ada");
  });

  it("says which slot is empty", () => {
    expect(() => requireFrom(new AppContext(), user)).toThrow("no layer provided 'user' to this context");
    try {
      requireFrom({}, contextKey<number>()("size"));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MissingContextError);
      expect(error).toMatchObject({ code: "ERR_MISSING_CONTEXT", slot: "size", name: "MissingContextError" });
    }
  });

  it("takes false, zero and null for values", () => {
    for (const value of [false, 0, "", null]) {
      expect(requireFrom({ size: value }, contextKey<unknown>()("size"))).toBe(value);
    }
  });
});

describe("a forked context", () => {
  class SlotContext extends BaseContext {
    peer: string | undefined = undefined;
    trail: readonly string[] = [];
  }

  it("has the class and the values of the first, and is written alone", () => {
    const connection = new SlotContext();
    connection.peer = "p";
    const request = connection.fork();
    expect(request).toBeInstanceOf(SlotContext);
    expect(request.peer).toBe("p");
    request.peer = "q";
    expect(connection.peer).toBe("p");
  });

  it("is cancelled with the first, but not the other way round", () => {
    const connection = new SlotContext();
    const request = connection.fork();
    const other = connection.fork();
    request.cancellation.cancel("only this");
    expect(other.cancellation.cancelled).toBe(false);
    connection.cancellation.cancel("all");
    expect(other.cancellation.reason).toBe("all");
    expect(request.cancellation.reason).toBe("only this");
  });

  it("has its cancellation in the slot of that name", () => {
    const given = new Cancellation();
    expect(requireFrom(new BaseContext(given), cancellation)).toBe(given);
  });
});
