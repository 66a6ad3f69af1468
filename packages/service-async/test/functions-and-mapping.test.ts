import {
  FactoryStack,
  FunctionLayer,
  findPrevious,
  layerFn,
  type MakeService,
  MapError,
  MapResponse,
  MapTarget,
  mapError,
  mapResponse,
  mapTarget,
  type Service,
  serviceFn,
} from "@monolake/service-async";
import { expect, it } from "vitest";

const double = (): MakeService<Service<number, number>> => ({
  make: async () => serviceFn(async (request: number) => request * 2),
});

it("makes a service of a function, and nothing around it", async () => {
  const call = async (request: number, context: { readonly factor: number }) => request * context.factor;
  const service = serviceFn(call);
  expect(service.call).toBe(call);
  expect(await service.call(3, { factor: 5 })).toBe(15);
});

it("makes a layer of a function", async () => {
  const addOffset = layerFn(
    (inner: Service<number, number>, config: { readonly offset: number }) =>
      async (request: number, context: object) =>
        (await inner.call(request, context)) + config.offset,
  );
  const service = await FactoryStack.of({ offset: 100 }, double).push(addOffset).make();
  expect(await service.call(4, {})).toBe(108);
});

it("keeps function layers in the chain", async () => {
  class Innermost implements Service<number, number> {
    async call(request: number): Promise<number> {
      return request;
    }
  }
  const service = await FactoryStack.of({}, () => ({ make: async () => new Innermost() }))
    .push(layerFn((inner) => (request: number) => inner.call(request)))
    .make();
  expect(service).toBeInstanceOf(FunctionLayer);
  expect(findPrevious(Innermost, service)).toBe(service.inner);
});

it("maps requests", async () => {
  const service = await FactoryStack.of({}, double)
    .push(mapTarget((text: string) => text.length))
    .make();
  expect(service).toBeInstanceOf(MapTarget);
  expect(await service.call("four", {})).toBe(8);
});

it("maps responses, also slowly", async () => {
  const service = await FactoryStack.of({}, double)
    .push(mapResponse((response: number) => `${response}`))
    .push(mapResponse(async (response: string) => [response]))
    .make();
  expect(service).toBeInstanceOf(MapResponse);
  expect(await service.call(4, {})).toEqual(["8"]);
});

it("maps rejections and throws alike, and leaves responses alone", async () => {
  const fragile = (): MakeService<Service<string, string>> => ({
    make: async () => ({
      call: (request) => {
        if (request === "throw") throw new Error("thrown");
        return request === "reject" ? Promise.reject(new Error("rejected")) : Promise.resolve("fine");
      },
    }),
  });
  const service = await FactoryStack.of({}, fragile)
    .push(mapError((cause, request) => new Error(`failed to ${String(request)}`, { cause })))
    .make();
  expect(service).toBeInstanceOf(MapError);
  await expect(service.call("throw", {})).rejects.toMatchObject({
    message: "failed to throw",
    cause: { message: "thrown" },
  });
  await expect(service.call("reject", {})).rejects.toMatchObject({ cause: { message: "rejected" } });
  expect(await service.call("other", {})).toBe("fine");
});
