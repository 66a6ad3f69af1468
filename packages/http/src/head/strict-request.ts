import { Headers } from "../headers/headers.ts";
import { hostId } from "../headers/known-fields.ts";
import { readRequestLine } from "./first-line.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import { inKnownVersion } from "./later-version.ts";
import { agreesOnFields } from "./llhttp-agreement.ts";
import { LlhttpJudge } from "./llhttp-judge.ts";
import { methodNumbers } from "./methods.ts";
import { isNormalTarget } from "./normal-target.ts";
import { type Fault, refuseRequest } from "./refusal.ts";
import { RequestHead } from "./request-head.ts";
import { StrictFieldReader } from "./strict-fields.ts";

const llhttp = new LlhttpJudge("REQUEST");

/**
 * Reads any request head: by our own strict rules, and then by llhttp, and both must have read the same. `bytes` are
 * the whole head and nothing else; `firstLineEnd` is where its first line ends. Throws ERR_HTTP_REQUEST_HEAD.
 */
export function readStrictRequest(bytes: Buffer, firstLineEnd: number, limits: HeadLimits): RequestHead {
  const line = readRequestLine(bytes, firstLineEnd, limits, refuseRequest);
  const fieldsStart = firstLineEnd + 2;
  const fieldBytes = bytes.length - fieldsStart;
  const block = new StrictFieldReader(bytes, fieldBytes, limits, refuseRequest, true).read(
    fieldsStart,
    bytes.length,
  );
  const fail = (status: Fault["status"], reason: Fault["reason"], found = Buffer.from("")): never =>
    refuseRequest({ status, reason, line: framing.count + 2, bytes: found, start: 0, end: found.length });
  if (line.minorVersion === 1 && ((framing.knownMask >>> hostId) & 1) === 0) fail(400, "host-missing");
  if (line.minorVersion === 0 && (framing.chunked || framing.codingUnknown))
    fail(400, "transfer-encoding-in-http-1.0");
  // Nobody knows where such a body ends (RFC 9112 section 6.3).
  if (framing.codingUnknown && !framing.chunked) fail(400, "transfer-encoding-invalid");
  if (framing.codingUnknown) fail(501, "transfer-encoding-unknown");
  const verdict = llhttp.judge(inKnownVersion(bytes, firstLineEnd - 1));
  if (verdict.type === "refused") return fail(400, "refused-by-llhttp", Buffer.from(verdict.name));
  const { head } = verdict;
  const same =
    head.method === methodNumbers.get(line.method) &&
    head.url === line.target &&
    head.versionMajor === 1 &&
    head.versionMinor === line.minorVersion &&
    agreesOnFields(head, block);
  if (!same) fail(400, "read-differently-by-llhttp");
  const headers = Headers.fromBlock(block, framing.count, framing.knownMask);
  const strict = new RequestHead(line.method, line.target, line.minorVersion, headers, framing, bytes.length);
  const targetStart = line.method.length + 1;
  strict.isTargetNormal = isNormalTarget(bytes, targetStart, targetStart + line.target.length);
  return strict;
}
