import { describe, expect, it } from "vitest";
import type { ConformanceCase } from "../src/cases/conformance-case.ts";
import { runCase } from "../src/run-case.ts";
import { caseOf, get, startPassThrough } from "./pass-through.ts";

async function problemsOf(one: ConformanceCase): Promise<readonly string[]> {
  await using proxy = await startPassThrough();
  return (await runCase(one, proxy.lane, { mode: "strict" })).problems;
}

const post = (body: string) =>
  `POST /p HTTP/1.1\r\nHost: x.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Each passes with a proxy that only passes bytes on, so what is tested is the runner's own part. */
const passing: readonly (readonly [string, ConformanceCase])[] = [
  ["answers ok by itself", caseOf(get, { status: [200], conn: "keep", upstream: 1, bodies: ["ok"] })],
  [
    "answers HEAD without a body",
    caseOf(
      "HEAD / HTTP/1.1\r\nHost: x.test\r\n\r\n",
      { status: [200], lacks: ["ok$"] },
      { methods: ["HEAD"] },
    ),
  ],
  [
    "expands macros",
    caseOf("GET /${rep:a:3} HTTP/1.1\r\nHost: x.test\r\n${hdrs:2:4}\r\n", {
      upHas: ["^GET /aaa .*\\r\\n.*\\r\\nX-0: bbbb\\r\\nX-1: bbbb\\r\\n\\r\\n$"],
    }),
  ],
  [
    "expands chunks with extensions",
    caseOf("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${ext:3:5}0\r\n\r\n", {
      upstream: 1,
      upBody: ["xxx"],
      upRawLacks: ["^POST.*\\r\\n\\r\\n1;eeeee\\r\\ny"],
    }),
  ],
  ["sends byte by byte", caseOf(get, { status: [200], upstream: 1 }, { trickleMs: 1 })],
  [
    "waits, sends and ends its side",
    caseOf(
      "GET /1 HTTP/1.1\r\n",
      { status: [200], conn: "close", upOrder: ["^GET /1 "] },
      { then: [{ waitMs: 5 }, { send: "Host: x.test\r\n\r\n" }, { fin: true }] },
    ),
  ],
  [
    "gives each request its own step, and the last step to all that follow",
    caseOf(
      get.repeat(3),
      { statuses: [201, 202, 202], upstream: 3 },
      {
        upstreamScript: [
          { reply: "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n" },
          { reply: "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n" },
        ],
      },
    ),
  ],
  [
    "replies late, and byte by byte",
    caseOf(
      get,
      { bodies: ["hi"] },
      {
        upstreamScript: [
          { delayMs: 20, trickleMs: 1, reply: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" },
        ],
      },
    ),
  ],
  [
    "ends with FIN, which completes a body without length",
    caseOf(
      get,
      { status: [200], conn: "close", bodies: ["hi"] },
      { upstreamScript: [{ reply: "HTTP/1.1 200 OK\r\n\r\nhi", end: "fin" }] },
    ),
  ],
  [
    "breaks with RST, which does not",
    caseOf(
      get,
      { status: [200], conn: "closeIf200", incomplete: true },
      { upstreamScript: [{ reply: "HTTP/1.1 200 OK\r\n\r\nhi", end: "rst" }] },
    ),
  ],
  ["hangs", caseOf(get, { status: [null], conn: "keep", upstream: 1 }, { upstreamScript: [{ hang: true }] })],
  [
    "answers the head of a request whose body never comes",
    caseOf(
      "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
      { status: [413], upstream: 0 },
      { upstreamScript: [{ onHead: "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n" }] },
    ),
  ],
  [
    "answers the head with 100, then the request",
    caseOf(
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
      { status: [200], statuses: [200], has: ["^HTTP/1\\.1 100 "], upBody: ["hi"] },
      {
        upstreamScript: [{ onHead: "HTTP/1.1 100 Continue\r\n\r\n" }],
        then: [{ waitMs: 30 }, { send: "hi" }],
      },
    ),
  ],
  [
    "closes when a second request comes on a connection",
    caseOf(
      get + get,
      { statuses: [200], conn: "close", upstream: 2 },
      { upstreamScript: [{ reuseClose: true }] },
    ),
  ],
  [
    "opens a tunnel",
    caseOf(
      get,
      { raw101: true, has: ["^HTTP/1\\.1 101 ", "pong$"] },
      {
        upstreamScript: [{ reply: "HTTP/1.1 101 Switching Protocols\r\n\r\n", tunnel: "pong" }],
        then: [{ waitMs: 30 }, { send: "ping" }],
      },
    ),
  ],
  [
    "does not count the request that primes",
    caseOf(post("hi"), { upstream: 1, upBody: ["hi"] }, { prime: true }),
  ],
  [
    "primes when there is poison to send",
    caseOf(get, { status: [200], upstream: 1 }, { primePoison: "HTTP/1.1 200 OK\r\n\r\n" }),
  ],
];

describe("the runner", () => {
  it.each(passing)("%s", async (_, one) => {
    expect(await problemsOf(one)).toEqual([]);
  });

  it("takes the outcome for compat mode where a case has one", async () => {
    await using proxy = await startPassThrough();
    const one = caseOf(get, { status: [400] }, { compat: { status: [200] } });
    expect((await runCase(one, proxy.lane, { mode: "compat" })).problems).toEqual([]);
    expect((await runCase(one, proxy.lane, { mode: "strict" })).problems).toEqual(["status 200, not 400"]);
  });
});
