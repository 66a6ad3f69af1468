import { describe, expect, it, vi } from "vitest";
import { ComingResponse, createResponse } from "../src/index.ts";

const response = createResponse("here");
const listener = () => ({ responded: vi.fn(), failed: vi.fn() });

describe("a response that is still to come", () => {
  it("is told at once when it comes, and settles the promise for everybody else", async () => {
    const coming = new ComingResponse();
    const { responded, failed } = listener();
    coming.hear({ responded, failed });
    coming.came(response);
    expect(responded).toHaveBeenCalledExactlyOnceWith(response);
    expect(await coming).toBe(response);
    expect(responded).toHaveBeenCalledOnce();
    expect(failed).not.toHaveBeenCalled();
  });

  it("is told later when it came before anybody listened", async () => {
    const coming = new ComingResponse();
    const { responded, failed } = listener();
    coming.came(response);
    coming.hear({ responded, failed });
    expect(responded).not.toHaveBeenCalled();
    await coming;
    expect(responded).toHaveBeenCalledExactlyOnceWith(response);
  });

  it("is what another promise gives, or why it gives nothing", async () => {
    const following = new ComingResponse();
    const { responded } = listener();
    following.hear({ ...listener(), responded });
    following.follow(Promise.resolve(response));
    await vi.waitFor(() => expect(responded).toHaveBeenCalledExactlyOnceWith(response));

    const failing = new ComingResponse();
    const { failed } = listener();
    const reason = new Error("no upstream");
    failing.hear({ ...listener(), failed });
    failing.follow(Promise.reject(reason));
    await vi.waitFor(() => expect(failed).toHaveBeenCalledExactlyOnceWith(reason));
  });

  it("is a promise for whoever asks for one, before it comes and after", async () => {
    const coming = new ComingResponse();
    const settled = vi.fn();
    const early = [coming.then(({ status }) => status), coming.finally(settled), Promise.resolve(coming)];
    coming.came(response);
    expect(await Promise.all(early)).toEqual([200, response, response]);
    expect(settled).toHaveBeenCalledOnce();
    expect(await coming).toBe(response);

    const failing = new ComingResponse();
    failing.follow(Promise.reject(new Error("no upstream")));
    expect(await failing.catch((error) => (error as Error).message)).toBe("no upstream");
  });
});
