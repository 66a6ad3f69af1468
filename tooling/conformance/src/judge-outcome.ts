import { compilePattern } from "./cases/compile-pattern.ts";
import type { ConformanceCase, Expectation } from "./cases/conformance-case.ts";
import { readResponses, type SeenResponse } from "./client/read-responses.ts";
import type { ClientSight } from "./client/run-client.ts";
import type { UpstreamRequest } from "./upstream/scripted-upstream.ts";

/** What was seen of one case on both sides. */
export interface Outcome {
  readonly client: ClientSight;
  readonly requests: readonly UpstreamRequest[];
  /** All bytes of each upstream connection. */
  readonly upstreamReceived: readonly string[];
}

/** What is wrong with an outcome: what was seen, and what should have been. Empty when nothing is. */
export function judgeOutcome(one: ConformanceCase, expect: Expectation, outcome: Outcome): readonly string[] {
  const { client } = outcome;
  const { responses } = readResponses(client.received, one.methods ?? [], client);
  return [
    ...statusProblems(expect, responses),
    ...connectionProblems(expect, responses, client.closed),
    ...clientProblems(expect, responses, client.received),
    ...upstreamProblems(expect, responses, outcome),
  ];
}

const shown = (text: string): string => {
  const json = JSON.stringify(text.slice(0, 300));
  return text.length > 300 ? `${json}… (${text.length} bytes)` : json;
};

const list = (values: readonly unknown[]): string =>
  values.map((value) => String(value ?? "none")).join(" or ");

function statusProblems({ status, statuses }: Expectation, responses: readonly SeenResponse[]): string[] {
  const problems: string[] = [];
  const first = responses[0]?.status ?? null;
  if (status !== undefined && !status.includes(first))
    problems.push(`status ${first ?? "none"}, not ${list(status)}`);
  if (statuses !== undefined) {
    const wanted = statuses.filter((one) => one !== null);
    const seen = responses.map((response) => response.status);
    if (seen.join() !== wanted.join())
      problems.push(`statuses ${seen.join() || "none"}, not ${wanted.join()}`);
  }
  return problems;
}

/** `close`: the proxy has closed within the time; `keep`: it has not. */
function connectionProblems(
  { conn, incomplete }: Expectation,
  responses: readonly SeenResponse[],
  closed: boolean,
): string[] {
  const [first] = responses;
  const problems: string[] = [];
  const mustClose = conn === "close" || (conn === "closeIf200" && first?.status === 200);
  if (mustClose && !closed) problems.push("the connection was kept, not closed");
  if (conn === "keep" && closed) problems.push("the connection was closed, not kept");
  if (incomplete === true && first?.status === 200 && first.complete)
    problems.push("the response looks whole");
  return problems;
}

function clientProblems(
  { has = [], lacks = [], bodies, raw101 }: Expectation,
  responses: readonly SeenResponse[],
  received: string,
): string[] {
  const problems: string[] = [];
  for (const source of has)
    if (!compilePattern(source).test(received))
      problems.push(`the client got no ${source}: ${shown(received)}`);
  for (const source of lacks)
    if (compilePattern(source).test(received)) problems.push(`the client got ${source}: ${shown(received)}`);
  if (bodies !== undefined) {
    const seen = responses.map(({ body }) => body);
    if (seen.join("\0") !== bodies.join("\0") || responses.some(({ complete }) => !complete))
      problems.push(`bodies ${seen.map(shown).join() || "none"}, not ${bodies.map(shown).join()}`);
  }
  if (raw101 === true && responses[0]?.status !== 101) problems.push(`no 101: ${shown(received)}`);
  return problems;
}

function upstreamProblems(
  expect: Expectation,
  responses: readonly SeenResponse[],
  { requests, upstreamReceived }: Outcome,
): string[] {
  const { upstream, upHas = [], upLacks = [], upHeadLacks = [], upRawLacks = [] } = expect;
  const problems: string[] = [];
  const complete = requests.filter((request) => request.complete);
  if (upstream !== undefined && complete.length !== upstream)
    problems.push(`the upstream saw ${complete.length} requests, not ${upstream}`);
  const messages = requests.map(({ head, body }) => head + body);
  // A proxy that refuses has nothing to show.
  const refused = requests.length === 0 && (responses[0]?.status ?? 0) >= 400;
  for (const source of refused ? [] : upHas)
    if (!messages.some((text) => compilePattern(source).test(text)))
      problems.push(`the upstream got no ${source}: ${messages.map(shown).join() || "nothing"}`);
  const lacks = (sources: readonly string[], texts: readonly string[]) => {
    for (const source of sources) {
      const found = texts.find((text) => compilePattern(source).test(text));
      if (found !== undefined) problems.push(`the upstream got ${source}: ${shown(found)}`);
    }
  };
  lacks(upLacks, messages);
  lacks(
    upHeadLacks,
    requests.map(({ head }) => head),
  );
  lacks(upRawLacks, upstreamReceived);
  return [...problems, ...bodyProblems(expect, complete), ...orderProblems(expect, messages)];
}

function bodyProblems({ upBody, upBodyIfAny }: Expectation, complete: readonly UpstreamRequest[]): string[] {
  const wanted = upBody ?? (complete.length > 0 ? upBodyIfAny : undefined);
  const seen = complete.map(({ body }) => body);
  if (wanted === undefined || seen.join("\0") === wanted.join("\0")) return [];
  return [`the upstream got bodies ${seen.map(shown).join() || "none"}, not ${wanted.map(shown).join()}`];
}

function orderProblems({ upOrder }: Expectation, messages: readonly string[]): string[] {
  if (upOrder === undefined) return [];
  const inOrder =
    messages.length === upOrder.length &&
    upOrder.every((source, index) => compilePattern(source).test(messages[index] ?? ""));
  const lines = messages.map((text) => text.slice(0, text.indexOf("\r\n")));
  return inOrder ? [] : [`the upstream got ${lines.map(shown).join() || "nothing"}, not ${upOrder.join()}`];
}
