import { BaseContext, FactoryStack, makeInnermost, type Service } from "@monolake/service-async";
import { describe, expect, it, vi } from "vitest";
import { Delay, delay } from "../../src/common/index.ts";

function recording() {
  const call = vi.fn(async (request: string) => `${request} served`);
  return { call, service: { call } satisfies Service<string, string> };
}

describe("a delay", () => {
  it("waits before it calls the inner service", async () => {
    const { call, service } = recording();
    const begun = performance.now();
    const answer = new Delay(service, { delayMs: 30 }).call("request", {});
    expect(call).not.toHaveBeenCalled();
    expect(await answer).toBe("request served");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
  });

  it("calls at once when it is 0", () => {
    const { call, service } = recording();
    void new Delay(service, { delayMs: 0 }).call("request", {});
    expect(call).toHaveBeenCalledOnce();
  });

  it("ends with the reason when it is cancelled, and the inner service hears nothing", async () => {
    const { call, service } = recording();
    const context = new BaseContext();
    const answer = new Delay(service, { delayMs: 60_000 }).call("request", context);
    context.cancellation.cancel(new Error("client gone"));
    await expect(answer).rejects.toThrow("client gone");
    expect(call).not.toHaveBeenCalled();
  });

  it("does not begin when it is cancelled already", async () => {
    const { service } = recording();
    const context = new BaseContext();
    context.cancellation.cancel(new Error("gone before"));
    const answer = new Delay(service, { delayMs: 60_000 }).call("request", context);
    await expect(answer).rejects.toThrow("gone before");
  });

  it("leaves no listener behind", async () => {
    const { service } = recording();
    const context = new BaseContext();
    const remove = vi.spyOn(context.cancellation, "removeListener");
    await new Delay(service, { delayMs: 1 }).call("request", context);
    expect(remove).toHaveBeenCalledOnce();
  });

  it("is a layer of any stack", async () => {
    class Echo implements Service<string, string> {
      call(request: string) {
        return Promise.resolve(request);
      }
    }
    const stack = FactoryStack.of({ delayMs: 1 }, () => makeInnermost(Echo, () => new Echo())).push(delay);
    const made = await stack.check<string>().check<string, BaseContext>().make();
    expect(made).toBeInstanceOf(Delay);
    expect(await made.call("hello", {})).toBe("hello");
  });
});
