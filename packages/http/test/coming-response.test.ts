import { describe, expect, it, vi } from "vitest";
import { ComingResponse, createResponse } from "../src/index.ts";

const response = createResponse("here");
const never = () => expect.unreachable();

describe("a response that is still to come", () => {
  it("is told at once when it comes, and settles the promise for everybody else", async () => {
    const coming = new ComingResponse();
    const respond = vi.fn();
    coming.hear(respond, never);
    coming.came(response);
    expect(respond).toHaveBeenCalledExactlyOnceWith(response);
    expect(await coming.promise).toBe(response);
    expect(respond).toHaveBeenCalledOnce();
  });

  it("is told later when it came before anybody listened", async () => {
    const coming = new ComingResponse();
    const respond = vi.fn();
    coming.came(response);
    coming.hear(respond, never);
    expect(respond).not.toHaveBeenCalled();
    await coming.promise;
    expect(respond).toHaveBeenCalledExactlyOnceWith(response);
  });

  it("is what another promise gives, or why it gives nothing", async () => {
    const following = new ComingResponse();
    const respond = vi.fn();
    following.hear(respond, never);
    following.follow(Promise.resolve(response));
    await vi.waitFor(() => expect(respond).toHaveBeenCalledExactlyOnceWith(response));

    const failing = new ComingResponse();
    const fail = vi.fn();
    const reason = new Error("no upstream");
    failing.hear(never, fail);
    failing.follow(Promise.reject(reason));
    await vi.waitFor(() => expect(fail).toHaveBeenCalledExactlyOnceWith(reason));
  });
});
