import { Headers } from "../headers/headers.ts";
import { readStatusLine } from "./first-line.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import { inKnownVersion } from "./later-version.ts";
import { agreesOnFields } from "./llhttp-agreement.ts";
import { LlhttpJudge } from "./llhttp-judge.ts";
import { type Fault, refuseResponse } from "./refusal.ts";
import { ResponseHead } from "./response-head.ts";
import { StrictFieldReader } from "./strict-fields.ts";

const llhttp = new LlhttpJudge("RESPONSE");

/** As {@link readStrictRequest}, for a response. Throws ERR_HTTP_RESPONSE_HEAD. */
export function readStrictResponse(bytes: Buffer, firstLineEnd: number, limits: HeadLimits): ResponseHead {
  const line = readStatusLine(bytes, firstLineEnd, refuseResponse);
  const fieldsStart = firstLineEnd + 2;
  const fieldBytes = bytes.length - fieldsStart;
  const block = new StrictFieldReader(bytes, fieldBytes, limits, refuseResponse, false).read(
    fieldsStart,
    bytes.length,
  );
  const fail = (reason: Fault["reason"], found = Buffer.from("")): never =>
    refuseResponse({
      status: 400,
      reason,
      line: framing.count + 2,
      bytes: found,
      start: 0,
      end: found.length,
    });
  if (line.minorVersion === 0 && (framing.chunked || framing.codingUnknown))
    fail("transfer-encoding-in-http-1.0");
  if (framing.codingUnknown) fail("transfer-encoding-unknown");
  const verdict = llhttp.judge(inKnownVersion(bytes, "HTTP/1.".length));
  if (verdict.type === "refused") return fail("refused-by-llhttp", Buffer.from(verdict.name));
  const { head } = verdict;
  const same =
    head.statusCode === line.status &&
    head.versionMajor === 1 &&
    head.versionMinor === line.minorVersion &&
    agreesOnFields(head, block);
  if (!same) fail("read-differently-by-llhttp");
  const headers = Headers.fromBlock(block, framing.count, framing.knownMask);
  return new ResponseHead(line.status, line.reason, line.minorVersion, headers, framing, bytes.length);
}
