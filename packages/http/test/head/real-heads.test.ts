import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { headCounts } from "../../src/head/head-counts.ts";
import { RequestHeadReader, ResponseHeadReader } from "../../src/head/head-reader.ts";
import { latin1 } from "./described-head.ts";
import { expectSameRequest, expectSameResponse } from "./llhttp-agrees.ts";

interface RealHead {
  /** The program that sent it to a socket on this machine. */
  readonly by: string;
  readonly head: string;
}

const realHeads = (name: string): RealHead[] =>
  readFileSync(new URL(`./fixtures/${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RealHead);

describe("heads as real programs send them", () => {
  it("are all accepted, and at least 99 of 100 requests to a server take the fast path", () => {
    const heads = realHeads("real-requests");
    const before = { ...headCounts };
    for (const { head } of heads) {
      const read = new RequestHeadReader().read(latin1(head), 0);
      expect(read, head).toBeDefined();
      if (read !== undefined) expectSameRequest(read, latin1(head));
    }
    expect(heads.length).toBeGreaterThanOrEqual(50);
    expect((headCounts.fastRequests - before.fastRequests) / heads.length).toBeGreaterThanOrEqual(0.99);
  });

  it("are all accepted, and at least 99 of 100 responses take the fast path", () => {
    const heads = realHeads("real-responses");
    const before = { ...headCounts };
    for (const { head } of heads) {
      const read = new ResponseHeadReader().read(latin1(head), 0);
      expect(read, head).toBeDefined();
      if (read !== undefined) expectSameResponse(read, latin1(head));
    }
    expect(heads.length).toBeGreaterThanOrEqual(20);
    expect((headCounts.fastResponses - before.fastResponses) / heads.length).toBeGreaterThanOrEqual(0.99);
  });

  it("to a proxy, with an absolute target, are accepted by llhttp", () => {
    const before = headCounts.llhttpRequests;
    const bytes = latin1(
      "GET http://example.test/proxied HTTP/1.1\r\nHost: example.test\r\nUser-Agent: curl/7.88.1\r\n" +
        "Accept: */*\r\nProxy-Connection: Keep-Alive\r\n\r\n",
    );
    expect(new RequestHeadReader().read(bytes, 0)?.target).toBe("http://example.test/proxied");
    expect(headCounts.llhttpRequests).toBe(before + 1);
  });
});
