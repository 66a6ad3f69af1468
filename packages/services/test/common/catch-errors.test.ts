import { isCausedBy } from "@monolake/errors";
import { BaseContext, FactoryStack, makeInnermost, type Service } from "@monolake/service-async";
import { describe, expect, it } from "vitest";
import {
  CatchErrors,
  type CatchErrorsOptions,
  catchErrors,
  ServiceFailedError,
  ServiceTimeoutError,
} from "../../src/common/index.ts";

const throwing = (thrown: unknown): Service<string, string> => ({
  call: () => {
    throw thrown;
  },
});
const rejecting = (thrown: unknown): Service<string, string> => ({ call: () => Promise.reject(thrown) });
const kinds = [
  ["throws", throwing],
  ["rejects", rejecting],
] as const;

const failureOf = (inner: Service<string, string>, options?: CatchErrorsOptions<string, string, object>) =>
  new CatchErrors(inner, options).call("request", {}).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe.each(kinds)("when the inner service %s", (_, failing) => {
  it("rejects with ERR_SERVICE_FAILED and what was thrown as the cause", async () => {
    const bug = new TypeError("x is not a function");
    const failure = await failureOf(failing(bug));
    expect(failure).toBeInstanceOf(ServiceFailedError);
    expect(failure).toMatchObject({
      code: "ERR_SERVICE_FAILED",
      cause: bug,
      message: "the service failed unexpectedly: TypeError: x is not a function",
    });
  });

  it.each([
    ["text", "text"],
    [undefined, "undefined"],
    [Object.create(null), "object"],
  ])("makes an error even of %o", async (thrown, described) => {
    expect(await failureOf(failing(thrown))).toMatchObject({ thrown: described });
  });

  it("leaves errors with a code as they are", async () => {
    const error = new ServiceTimeoutError({ timeoutMs: 1 });
    expect(await failureOf(failing(error))).toBe(error);
  });

  it("answers with what recover gives, which sees the failure, the request and the context", async () => {
    const context = new BaseContext();
    const recover = async (error: unknown, request: string, given: BaseContext) =>
      `${String(error)} for ${request} ${given === context}`;
    const service = new CatchErrors<string, string, BaseContext>(failing("bug"), { recover });
    expect(await service.call("request", context)).toBe("bug for request true");
  });

  it("fails with what recover throws", async () => {
    const second = new RangeError("recover broke, too");
    const failure = await failureOf(failing("first"), {
      recover: () => {
        throw second;
      },
    });
    expect(failure).toBeInstanceOf(ServiceFailedError);
    expect(isCausedBy(failure, RangeError)).toBe(true);
  });
});

it("gives answers as they are", async () => {
  const service = new CatchErrors<string, string, object>({ call: async (request) => request });
  expect(await service.call("request", {})).toBe("request");
});

it("is a layer of any stack, whose fallback may be another kind of response", async () => {
  class Broken implements Service<string, number> {
    call(): Promise<number> {
      throw new Error("broken");
    }
  }
  const broken = FactoryStack.of({}, () => makeInnermost(Broken, () => new Broken()));
  const silent = await broken.push(catchErrors()).check<string>().make();
  await expect(silent.call("request", {})).rejects.toBeInstanceOf(ServiceFailedError);
  const recovering = broken.push(catchErrors({ recover: (_error, request: string) => request.length > 3 }));
  const made = await recovering.check<string>().make();
  const answer: number | boolean = await made.call("request", {});
  expect(answer).toBe(true);
  const needy = broken.push(
    catchErrors({ recover: (_error, _request: string, context: BaseContext) => context }),
  );
  // @ts-expect-error recover needs more of a context than there is
  needy.check<string, object>();
  // @ts-expect-error recover takes requests of another kind
  broken
    .push(catchErrors({ recover: (_error, request: { readonly path: string }) => request.path }))
    .check<string>();
});
