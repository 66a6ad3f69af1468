import { describe, expect, it } from "vitest";
import type { ConformanceCase, Expectation } from "../src/cases/conformance-case.ts";
import { judgeOutcome, type Outcome } from "../src/judge-outcome.ts";
import { caseOf, get } from "./pass-through.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const request = { head: "GET /a HTTP/1.1\r\nHost: x.test\r\n\r\n", body: "hello", complete: true };

interface Seen {
  readonly received?: string;
  readonly closed?: boolean;
  readonly requests?: Outcome["requests"];
}

function judge(wanted: Expectation, seen: Seen = {}, more: Partial<ConformanceCase> = {}): string {
  const { received = ok, closed = false, requests = [request] } = seen;
  const outcome: Outcome = {
    client: { received, closed, ended: closed },
    requests,
    upstreamReceived: requests.map(({ head, body }) => head + body),
  };
  return judgeOutcome(caseOf(get, wanted, more), wanted, outcome).join("; ");
}

describe("an outcome", () => {
  it.each<readonly [string, Expectation, Seen, RegExp]>([
    ["the wrong status", { status: [400, 501] }, {}, /^status 200, not 400 or 501$/],
    ["no answer", { status: [200] }, { received: "" }, /^status none, not 200$/],
    ["an answer where none may come", { status: [null] }, {}, /^status 200, not none$/],
    ["one answer too many", { statuses: [200] }, { received: ok + ok }, /^statuses 200,200, not 200$/],
    ["a connection that stays", { conn: "close" }, {}, /kept, not closed/],
    ["a connection that closes", { conn: "keep" }, { closed: true }, /closed, not kept/],
    ["a 200 that stays", { conn: "closeIf200" }, {}, /kept, not closed/],
    ["a whole answer", { incomplete: true }, { closed: true }, /looks whole/],
    ["too many requests", { upstream: 0 }, {}, /saw 1 requests, not 0/],
    [
      "a request that is not whole",
      { upstream: 1 },
      { requests: [{ ...request, complete: false }] },
      /saw 0 requests/,
    ],
    ["a missing field", { upHas: ["(?i)\\nx-a:"] }, {}, /got no .*x-a/],
    ["nothing where something had to come", { upHas: ["^GET"] }, { requests: [] }, /got no \^GET: nothing/],
    ["a field too many", { upLacks: ["(?i)\\nHOST:"] }, {}, /the upstream got/],
    ["a field in the head", { upHeadLacks: ["Host"] }, {}, /the upstream got Host/],
    ["bytes on the wire", { upRawLacks: ["hello$"] }, {}, /the upstream got hello/],
    ["another body", { upBody: ["hallo"] }, {}, /bodies "hello", not "hallo"/],
    ["no body", { upBody: ["hello"] }, { requests: [] }, /bodies none/],
    ["another body, if any", { upBodyIfAny: ["hallo"] }, {}, /bodies "hello"/],
    ["another order", { upOrder: ["^GET /b", "^GET /a"] }, {}, /got "GET \/a HTTP\/1.1", not/],
    ["a missing text", { has: ["^HTTP/1\\.0"] }, {}, /the client got no/],
    ["a text too many", { lacks: ["ok$"] }, {}, /the client got ok/],
    ["other bodies", { bodies: ["ok", "ok"] }, {}, /bodies "ok", not "ok","ok"/],
    ["a body that is not whole", { bodies: ["o"] }, { received: ok.slice(0, -1) }, /bodies/],
    ["no tunnel", { raw101: true }, {}, /no 101/],
  ])("is wrong with %s", (_, wanted, seen, problem) => {
    expect(judge(wanted, seen)).toMatch(problem);
  });

  it.each<readonly [string, Expectation, Seen]>([
    [
      "everything that was asked",
      { status: [200], conn: "keep", upstream: 1, upBody: ["hello"], bodies: ["ok"] },
      {},
    ],
    [
      "a refusal, which shows nothing to an upstream",
      { upHas: ["^GET"], upBodyIfAny: ["hello"] },
      { received: "HTTP/1.1 400 Bad\r\n\r\n", requests: [] },
    ],
    [
      "interim responses before the final one",
      { statuses: [200] },
      { received: `HTTP/1.1 103 Early Hints\r\n\r\n${ok}` },
    ],
    [
      "a 502 instead of half a 200",
      { incomplete: true, conn: "closeIf200" },
      { received: "HTTP/1.1 502 B\r\nContent-Length: 0\r\n\r\n" },
    ],
    [
      "chunks and trailers",
      { bodies: ["hello"] },
      {
        received: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nX-A: 1\r\n\r\n",
      },
    ],
  ])("is right with %s", (_, wanted, seen) => {
    expect(judge(wanted, seen)).toBe("");
  });

  it("frames answers by the methods of the case", () => {
    const received = `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${ok}`;
    expect(
      judge({ statuses: [200, 200], bodies: ["", "ok"] }, { received }, { methods: ["HEAD", "GET"] }),
    ).toBe("");
  });
});
