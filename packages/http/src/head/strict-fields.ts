import { CopySource } from "../headers/copy-bytes.ts";
import { FieldBlock } from "../headers/field-block.ts";
import { idShift, maxNameLength } from "../headers/field-record.ts";
import { knownFieldIdAt, lastJudgedId } from "../headers/known-fields.ts";
import { byteClasses, obsTextByte, plainNameByte, tokenByte, valueByte } from "./byte-classes.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { Fault, Refuse } from "./refusal.ts";
import { judgeStrictly } from "./strict-framing.ts";

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

/**
 * Splits fields into names and values by the rules of RFC 9112 section 5, with nothing that it only tolerates, and
 * writes them anew as canonical lines. Notes what they say in {@link framing}.
 */
export class StrictFieldReader {
  readonly canonical: Buffer;
  private readonly bytes: Buffer;
  private readonly limits: HeadLimits;
  private readonly refuse: Refuse;
  private readonly isRequest: boolean;
  private readonly records: number[] = [];
  private canonicalLength = 0;
  private line = 1;

  constructor(bytes: Buffer, fieldBytes: number, limits: HeadLimits, refuse: Refuse, isRequest: boolean) {
    this.bytes = bytes;
    this.limits = limits;
    this.refuse = refuse;
    this.isRequest = isRequest;
    // A line of four bytes or more, "X:" at least, may get one space.
    this.canonical = Buffer.allocUnsafeSlow(fieldBytes + (fieldBytes >>> 2) + 1);
  }

  /** Reads the lines from `start` to the empty line that ends at `end`. */
  read(start: number, end: number): FieldBlock {
    framing.reset();
    let at = start;
    while (at < end - 2) {
      const lineEnd = this.bytes.indexOf(0x0a, at) - 1;
      this.line++;
      if (lineEnd < at || lineEnd + 2 >= end || this.bytes[lineEnd] !== 0x0d)
        this.fail(400, "bare-lf", at, end);
      if (++framing.count > this.limits.maxFields) this.fail(431, "too-many-fields", at, lineEnd);
      this.readLine(at, lineEnd);
      at = lineEnd + 2;
    }
    const table = Int32Array.from(this.records);
    return new FieldBlock(new CopySource(this.canonical), 0, this.canonicalLength, table, 0, framing.count);
  }

  private readLine(start: number, end: number): void {
    const { bytes } = this;
    if (isBlank(bytes[start])) this.fail(400, "line-folded", start, end);
    let nameEnd = start;
    let common = plainNameByte;
    for (; nameEnd < end; nameEnd++) {
      const byteClass = byteClasses[bytes[nameEnd] as number] as number;
      if ((byteClass & tokenByte) === 0) break;
      common &= byteClass;
    }
    if (common === 0) framing.ambiguousName = true;
    if (nameEnd === end) this.fail(400, "field-without-colon", start, end);
    if (nameEnd === start || bytes[nameEnd] !== 0x3a)
      this.fail(400, "field-name-invalid", start, nameEnd + 1);
    if (nameEnd - start > maxNameLength) this.fail(431, "head-too-large", start, nameEnd);
    let valueStart = nameEnd + 1;
    let valueEnd = end;
    while (valueStart < valueEnd && isBlank(bytes[valueStart])) valueStart++;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--;
    for (let at = valueStart; at < valueEnd; at++) {
      if (((byteClasses[bytes[at] as number] as number) & (valueByte | obsTextByte)) !== 0) continue;
      this.fail(400, "field-value-invalid", at, at + 1);
    }
    const id = knownFieldIdAt(bytes, start, nameEnd - start);
    if (id !== 0 && id <= lastJudgedId) this.judge(id, valueStart, valueEnd);
    framing.knownMask |= 1 << id;
    this.write(id, start, nameEnd, valueStart, valueEnd);
  }

  private judge(id: number, start: number, end: number): void {
    const { bytes, line, refuse, isRequest } = this;
    judgeStrictly(id, { bytes, start, end, line, isRequest, refuse });
  }

  private write(id: number, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const { bytes, canonical } = this;
    this.records.push(this.canonicalLength, (nameEnd - nameStart) | (id << idShift));
    let at = this.canonicalLength;
    at += bytes.copy(canonical, at, nameStart, nameEnd);
    canonical[at++] = 0x3a;
    canonical[at++] = 0x20;
    at += bytes.copy(canonical, at, valueStart, valueEnd);
    canonical[at++] = 0x0d;
    canonical[at++] = 0x0a;
    this.canonicalLength = at;
  }

  private fail(status: Fault["status"], reason: Fault["reason"], start: number, end: number): never {
    return this.refuse({ status, reason, line: this.line, bytes: this.bytes, start, end });
  }
}
