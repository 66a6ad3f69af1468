import { FactoryStack, type MakeService, makeLayered, type Service } from "@monolake/service-async";
import { expect, it } from "vitest";
import { AppContext, type Connection, config, factory, upstream } from "./app.ts";

const answer = (): MakeService<Service<string, string>> => ({
  make: async () => ({ call: async (request) => `answer to ${request}` }),
});

class Named implements Service<string, string> {
  readonly inner: Service<string, string>;
  readonly name: string;

  constructor(inner: Service<string, string>, name: string) {
    this.inner = inner;
    this.name = name;
  }

  async call(request: string, context: object): Promise<string> {
    return `${this.name}[${await this.inner.call(request, context)}]`;
  }
}
const named =
  (name: string) =>
  (_config: unknown, inner: MakeService<Service<string, string>>): MakeService<Named> =>
    makeLayered(Named, inner, (next) => new Named(next, name));

const connection: Connection = { peer: { address: "10.0.0.1", port: 7 }, paths: ["/a", "/b"] };

it("serves a connection through all layers, with a context of its own for each request", async () => {
  const service = await factory.make();
  expect(await service.call(connection, new AppContext())).toEqual([
    "/a for nobody at 10.0.0.1:7",
    "/b for nobody at 10.0.0.1:7",
  ]);
});

it("calls what was pushed last first", async () => {
  const service = await FactoryStack.of({}, answer).push(named("inside")).push(named("outside")).make();
  expect(await service.call("a", {})).toBe("outside[inside[answer to a]]");
});

it("gives every layer the same configuration, once", async () => {
  const seen: unknown[] = [];
  const spy = <Made>(layerConfig: unknown, inner: MakeService<Made>): MakeService<Made> => {
    seen.push(layerConfig);
    return inner;
  };
  const stack = FactoryStack.of(config, upstream).push(spy).push(spy);
  await stack.make();
  await stack.make();
  expect(seen).toEqual([config, config]);
  expect(seen[0]).toBe(config);
});

it("is not changed by what is pushed on it", async () => {
  const stack = FactoryStack.of({}, answer);
  stack.push(named("other"));
  expect(await (await stack.make()).call("a", {})).toBe("answer to a");
});

it("maps requests before the services inside see them", async () => {
  const service = await FactoryStack.of({}, answer)
    .push(named("inside"))
    .pushMapTarget((request: { readonly id: number }) => `request ${request.id}`)
    .make();
  expect(await service.call({ id: 4 }, {})).toBe("inside[answer to request 4]");
});

it("begins again with the same configuration when the inside is replaced", async () => {
  const stack = FactoryStack.of({ greeting: "hello" }, answer)
    .push(named("dropped"))
    .replace(
      (c): MakeService<Service<string, string>> => ({
        make: async () => ({ call: async (request) => `${c.greeting} ${request}` }),
      }),
    )
    .push(named("kept"));
  expect(await (await stack.make()).call("a", {})).toBe("kept[hello a]");
});

it("gives its parts, the same as its factory", async () => {
  const stack = FactoryStack.of(config, upstream);
  expect(stack.parts()).toEqual({ config, factory: stack.toFactory() });
  expect(stack.parts().config).toBe(config);
});

it("does nothing at run time to check and to erase", () => {
  const stack = FactoryStack.of({}, answer);
  expect(stack.check<string>()).toBe(stack);
  expect(stack.erase<string, string>()).toBe(stack);
});

it("fits where a stack of less particular services is wanted", () => {
  const stack: FactoryStack<object, Service<string, string>> = FactoryStack.of({}, answer).push(named("a"));
  expect(stack.push(named("b")).toFactory()).toHaveProperty("make");
});
