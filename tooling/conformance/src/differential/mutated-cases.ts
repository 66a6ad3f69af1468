import { FuzzRandom, mutatedText } from "@monolake/test-kit";
import type { ConformanceCase } from "../cases/conformance-case.ts";
import { expandMacros } from "../cases/expand-macros.ts";

/** Longer payloads are about limits, which a changed byte hardly moves. */
const longestBytes = 3_000;
const watchMs = 300;

const latin1 = (bytes: Buffer): string => bytes.toString("latin1");

/**
 * Payloads of cases, and answers of their upstreams, changed at random; the same for the same seed. Their names end in the
 * seed that makes one of them alone.
 */
export function mutatedCases(
  cases: readonly ConformanceCase[],
  count: number,
  seed: number,
): readonly ConformanceCase[] {
  const payloads = cases.filter(({ send }) => send !== "" && expandMacros(send).length <= longestBytes);
  const replies = cases
    .flatMap(({ upstreamScript = [] }) => upstreamScript.map(({ reply }) => reply))
    .filter((reply) => reply !== undefined && reply !== "" && expandMacros(reply).length <= longestBytes);
  return Array.from({ length: count }, (_, index) => {
    const random = new FuzzRandom(seed + index);
    const { name, send, then = [], methods = [] } = random.pick(payloads);
    const reply = expandMacros(random.pick(replies) as string);
    const payloadToo = !random.oneIn(3);
    return {
      name: `${name}~${seed + index}`,
      source: "mutated",
      level: "MAY",
      send: payloadToo ? latin1(mutatedText(random, expandMacros(send))) : expandMacros(send),
      then: then.map(({ waitMs: _pause, ...step }) => step),
      methods,
      timeoutMs: watchMs,
      // Only the scripted upstream follows it.
      upstreamScript: random.oneIn(2) ? [{ reply: latin1(mutatedText(random, reply)) }, {}] : [],
      expect: {},
    } satisfies ConformanceCase;
  });
}
