import { skipWithout } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { projectCaseFiles, readCases } from "../src/cases/read-cases.ts";
import { compareRequests } from "../src/differential/compare-requests.ts";
import { differenceLines } from "../src/differential/differential-report.ts";
import { mutatedCases } from "../src/differential/mutated-cases.ts";
import { haproxyReader } from "../src/differential/readers/haproxy-reader.ts";
import { nginxReader } from "../src/differential/readers/nginx-reader.ts";
import { nodeReader } from "../src/differential/readers/node-reader.ts";
import type { ReadRequest } from "../src/differential/readers/reader.ts";
import { scriptedReader } from "../src/differential/readers/scripted-reader.ts";
import type { SentRequest } from "../src/differential/recording-body.ts";
import { runDifferential } from "../src/differential/run-differential.ts";
import { caseOf } from "./pass-through.ts";

const cases = readCases(projectCaseFiles);
/** Groups in which a gateway could send what an upstream reads in another way. */
const some = cases.filter(({ name }) => /^(te|cl|pl|hf|up)-/.test(name));

describe("what the gateway sends and what an upstream reads", () => {
  it.for([scriptedReader, nodeReader, nginxReader, haproxyReader])(
    "are the same with $title",
    {
      timeout: 60_000,
    },
    async (kind, test) => {
      if (kind.program !== undefined) skipWithout(test, kind.program);
      await using reader = await kind.start(8);
      const results = await runDifferential(some, reader);
      expect(differenceLines({ title: kind.title, results })).toEqual([]);
      expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(some.length / 3);
    },
  );

  it("are told apart where an upstream reads a body as a request", async () => {
    await using reader = await scriptedReader.start(1);
    const [lane] = reader.lanes;
    if (lane === undefined) throw new Error("there is no lane");
    const smuggled: ReadRequest = { line: "GET /smuggled", bodyBytes: 0, complete: true };
    const misreading = { ...lane, read: async () => [...(await lane.read()), smuggled] };
    const payload = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    const [result] = await runDifferential([caseOf(payload, {})], { ...reader, lanes: [misreading] });
    expect(result?.differences).toEqual(['read and not sent: "GET /smuggled" with 0 bytes, whole']);
  });
});

describe("a comparison", () => {
  const sent = (more: Partial<SentRequest> = {}): SentRequest => ({
    method: "POST",
    target: "/p",
    bodyBytes: 5,
    complete: true,
    attempts: 1,
    ...more,
  });
  const read = (more: Partial<ReadRequest> = {}): ReadRequest => ({
    line: "POST /p",
    bodyBytes: 5,
    complete: true,
    ...more,
  });

  it.each([
    ["the same on both sides", [sent()], [read()]],
    [
      "what broke off on both",
      [sent({ complete: false, bodyBytes: 3 })],
      [read({ complete: false, bodyBytes: 2 })],
    ],
    ["what broke off before it was seen", [sent({ complete: false })], []],
    ["what never left", [sent({ attempts: 0 })], []],
    [
      "what was sent twice and read once or twice",
      [sent({ attempts: 2 }), sent({ attempts: 2 })],
      [read(), read(), read()],
    ],
    [
      "what an upstream refused without saying what",
      [sent(), sent()],
      [read({ line: undefined, bodyBytes: undefined, complete: undefined }), read()],
    ],
    [
      "what an upstream refused without saying more",
      [sent()],
      [read({ bodyBytes: undefined, complete: undefined })],
    ],
  ])("finds nothing in %s", (_, some, others) => {
    expect(compareRequests(some, others)).toEqual([]);
  });

  it.each([
    ["a request too many", [sent()], [read(), read()]],
    ["a request too few", [sent(), sent()], [read()]],
    ["another target", [sent()], [read({ line: "POST /q" })]],
    ["a longer body", [sent()], [read({ bodyBytes: 6 })]],
    ["a whole request where half of one was sent", [sent({ complete: false })], [read()]],
    ["half a request where a whole one was sent", [sent()], [read({ complete: false })]],
  ])("finds %s", (_, some, others) => {
    expect(compareRequests(some, others).length).toBeGreaterThan(0);
  });
});

it("payloads that are made up are the same for the same seed, and bring no difference", async () => {
  const made = mutatedCases(cases, 150, 20_261_126);
  expect(mutatedCases(cases, 150, 20_261_126)).toEqual(made);
  expect(mutatedCases(cases, 1, 20_261_130)).toEqual([made[4]]);
  for (const kind of [scriptedReader, nodeReader]) {
    await using reader = await kind.start(8);
    expect(differenceLines({ title: kind.title, results: await runDifferential(made, reader) })).toEqual([]);
  }
});
