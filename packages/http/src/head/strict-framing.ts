import {
  connectionId,
  contentLengthId,
  expectId,
  hostId,
  transferEncodingId,
} from "../headers/known-fields.ts";
import { latin1Slice } from "../headers/latin1.ts";
import { byteClasses, tokenByte } from "./byte-classes.ts";
import { contentLengthOf, framing, noteConnection, noteExpect } from "./framing-fields.ts";
import { isHost } from "./host.ts";
import type { Fault, Refuse } from "./refusal.ts";

/** The value of a judged field and where it stands. */
interface JudgedValue {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly isRequest: boolean;
  readonly refuse: Refuse;
}

/** Notes what a judged field says in {@link framing}; refuses what does not frame a message beyond doubt. */
export function judgeStrictly(id: number, value: JudgedValue): void {
  switch (id) {
    case hostId:
      if (value.isRequest) judgeHost(value);
      return;
    case contentLengthId:
      judgeContentLength(value);
      return;
    case transferEncodingId:
      judgeTransferEncoding(value);
      return;
    case connectionId:
      noteConnection(value.bytes, value.start, value.end);
      return;
    case expectId:
      noteExpect(value.bytes, value.start, value.end);
      return;
    default:
  }
}

const fail = (value: JudgedValue, status: Fault["status"], reason: Fault["reason"]): never => {
  const { refuse, line, bytes, start, end } = value;
  return refuse({ status, reason, line, bytes, start, end });
};

const seen = (id: number): boolean => ((framing.knownMask >>> id) & 1) !== 0;

/** RFC 9112 3.2: at most one, and of the form it must have. */
function judgeHost(value: JudgedValue): void {
  if (seen(hostId)) fail(value, 400, "host-repeated");
  if (!isHost(value.bytes, value.start, value.end)) fail(value, 400, "host-invalid");
}

/** RFC 9112 6.2 and 6.3: also equal repetitions are refused, which it allows. */
function judgeContentLength(value: JudgedValue): void {
  if (seen(contentLengthId)) fail(value, 400, "content-length-repeated");
  if (seen(transferEncodingId)) fail(value, 400, "transfer-encoding-with-content-length");
  framing.contentLength = contentLengthOf(value.bytes, value.start, value.end);
  if (framing.contentLength === -1) fail(value, 400, "content-length-invalid");
}

/** RFC 9112 6.1: chunked comes last, and once. Other codings are left to the end of the head to refuse. */
function judgeTransferEncoding(value: JudgedValue): void {
  if (seen(contentLengthId)) fail(value, 400, "transfer-encoding-with-content-length");
  for (const element of latin1Slice(value.bytes, value.start, value.end).split(",")) {
    const coding = element.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase();
    if (framing.chunked || !isTokenText(coding)) fail(value, 400, "transfer-encoding-invalid");
    if (coding === "chunked") framing.chunked = true;
    else framing.codingUnknown = true;
  }
}

function isTokenText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (((byteClasses[text.charCodeAt(at)] as number) & tokenByte) === 0) return false;
  }
  return text.length > 0;
}
