import type { ReadRequest } from "./readers/reader.ts";
import type { SentRequest } from "./recording-body.ts";

/** Where a gateway and its upstream do not agree; empty when they do. */
export function compareRequests(
  sent: readonly SentRequest[],
  read: readonly ReadRequest[],
): readonly string[] {
  // What can be any request comes last.
  const left = [...read].sort(
    (one, other) => Number(one.line === undefined) - Number(other.line === undefined),
  );
  const problems: string[] = [];
  const take = (request: SentRequest, complete: boolean): boolean => {
    const index = left.findIndex((one) => isSame(request, one, complete));
    if (index !== -1) left.splice(index, 1);
    return index !== -1;
  };
  const onTheWire = sent.filter(({ attempts }) => attempts > 0);
  for (const request of onTheWire.filter(({ complete }) => complete)) {
    if (!take(request, true)) problems.push(`sent and not read: ${shown(request)}`);
    // What was sent again may have been read each time.
    for (let again = 1; again < request.attempts; again += 1) take(request, true);
  }
  // Of what was not sent to its end, an upstream has read some or nothing, but never a whole request.
  for (const request of onTheWire.filter(({ complete }) => !complete)) take(request, false);
  return [...problems, ...left.map((request) => `read and not sent: ${shown(request)}`)];
}

function isSame(sent: SentRequest, read: ReadRequest, complete: boolean): boolean {
  if (read.line !== undefined && read.line !== `${sent.method} ${sent.target}`) return false;
  if (read.complete !== undefined && read.complete !== complete) return false;
  return !complete || read.bodyBytes === undefined || read.bodyBytes === sent.bodyBytes;
}

function shown(request: SentRequest | ReadRequest): string {
  const line = "line" in request ? (request.line ?? "") : `${request.method} ${request.target}`;
  const how = request.complete === undefined ? "refused" : request.complete ? "whole" : "not whole";
  const text = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return `${JSON.stringify(text)} with ${request.bodyBytes ?? "?"} bytes, ${how}`;
}
