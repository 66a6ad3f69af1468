import { FactoryStack, makeInnermost, type Service } from "@monolake/service-async";
import { expect, it } from "vitest";
import { EraseResponse, eraseResponse } from "../../src/common/index.ts";

class Length implements Service<string, number> {
  async call(request: string): Promise<number> {
    if (request === "") throw new RangeError("empty");
    return request.length;
  }
}
const length = () => makeInnermost(Length, () => new Length());

it("drops the response, and no failure", async () => {
  const made = await FactoryStack.of({}, length).push(eraseResponse).check<string>().make();
  expect(made).toBeInstanceOf(EraseResponse);
  const answer: void = await made.call("request", {});
  expect(answer).toBeUndefined();
  await expect(made.call("", {})).rejects.toThrow("empty");
});
