import { MonolakeError } from "@monolake/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveHeadLimits } from "../../src/head/head-limits.ts";
import { RequestHeadReader, ResponseHeadReader } from "../../src/head/head-reader.ts";
import { readPlainRequest } from "../../src/head/plain-request.ts";
import { readPlainResponse } from "../../src/head/plain-response.ts";
import { readStrictRequest } from "../../src/head/strict-request.ts";
import { readStrictResponse } from "../../src/head/strict-response.ts";
import { describeHead } from "./described-head.ts";
import { type Mutation, mutated, mutations, requestHeads, responseHeads } from "./generated-heads.ts";
import { expectSameRequest, expectSameResponse } from "./llhttp-agrees.ts";

const limits = resolveHeadLimits();
const runs = 1_700;
const variants = 11;

/** What a reader makes of bytes that may hold a head: the head, "more" or the code of the error it threw. */
function outcome<Head>(read: () => Head | undefined): Head | "more" | string {
  try {
    return read() ?? "more";
  } catch (error) {
    if (!MonolakeError.is(error)) throw error;
    return error.code;
  }
}

const inputs = (head: string, changes: readonly (readonly Mutation[])[]): Buffer[] =>
  [[], ...changes].map((some) => mutated(head, some));

describe("what the fast path accepts", () => {
  it("llhttp and the strict reader accept as the same request", () => {
    const seen = { heads: 0, plain: 0, refused: 0, strict: 0 };
    const every = fc.property(
      requestHeads,
      fc.array(mutations, { minLength: variants, maxLength: variants }),
      (head, changes) => {
        for (const bytes of inputs(head, changes)) {
          seen.heads++;
          const plain = readPlainRequest(bytes, 0, bytes.length, limits);
          const described = plain && describeHead(plain);
          const result = outcome(() => new RequestHeadReader().read(bytes, 0));
          if (plain !== undefined) {
            seen.plain++;
            const whole = bytes.subarray(0, plain.bytes);
            expectSameRequest(plain, whole);
            expect(describeHead(readStrictRequest(whole, whole.indexOf("\r\n"), limits))).toEqual(described);
          } else if (result === "ERR_HTTP_REQUEST_HEAD") seen.refused++;
          else if (typeof result === "object") seen.strict++;
        }
      },
    );
    fc.assert(every, { numRuns: runs, seed: 20_261_122 });
    expect(seen.heads).toBe(runs * (variants + 1));
    expect(seen.plain).toBeGreaterThan(seen.heads / 10);
    expect(seen.refused).toBeGreaterThan(seen.heads / 10);
    expect(seen.strict).toBeGreaterThan(100);
  });

  it("llhttp and the strict reader accept as the same response", () => {
    const seen = { heads: 0, plain: 0, refused: 0 };
    const every = fc.property(
      responseHeads,
      fc.array(mutations, { minLength: variants, maxLength: variants }),
      (head, changes) => {
        for (const bytes of inputs(head, changes)) {
          seen.heads++;
          const plain = readPlainResponse(bytes, 0, bytes.length, limits);
          const described = plain && describeHead(plain);
          const result = outcome(() => new ResponseHeadReader().read(bytes, 0));
          if (plain !== undefined) {
            seen.plain++;
            const whole = bytes.subarray(0, plain.bytes);
            expectSameResponse(plain, whole);
            expect(describeHead(readStrictResponse(whole, whole.indexOf("\r\n"), limits))).toEqual(described);
          } else if (result === "ERR_HTTP_RESPONSE_HEAD") seen.refused++;
        }
      },
    );
    fc.assert(every, { numRuns: runs, seed: 20_261_123 });
    expect(seen.heads).toBe(runs * (variants + 1));
    expect(seen.plain).toBeGreaterThan(seen.heads / 10);
    expect(seen.refused).toBeGreaterThan(seen.heads / 10);
  });
});
