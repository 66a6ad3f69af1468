import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HttpHeadError } from "../../src/head/errors.ts";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { latin1 } from "./described-head.ts";

interface Case {
  readonly name: string;
  /** RFC section or attack. */
  readonly source: string;
  /** Latin-1; `${rep:c:n}` is n times c, `${hdrs:n:len}` n fields. */
  readonly send: string;
  /** Allowed answers; one below 300 means that the head is accepted. */
  readonly status: readonly number[];
}

const cases = readFileSync(new URL("./fixtures/cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

const expand = (send: string): Buffer =>
  latin1(
    send
      .replace(/\$\{rep:(.):(\d+)\}/g, (_, character: string, times: string) =>
        character.repeat(Number(times)),
      )
      .replace(/\$\{hdrs:(\d+):(\d+)\}/g, (_, times: string, length: string) =>
        Array.from(
          { length: Number(times) },
          (_, index) => `X-${index}: ${"b".repeat(Number(length))}\r\n`,
        ).join(""),
      ),
  );

/** The status a server would answer with on account of the head alone; 0 while it waits for more. */
function statusOf(bytes: Buffer, pieceBytes: number): number {
  const reader = new RequestHeadReader();
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      if (reader.read(bytes.subarray(at, at + pieceBytes), 0) !== undefined) return 200;
    }
    return 0;
  } catch (error) {
    if (error instanceof HttpHeadError) return error.status;
    throw error;
  }
}

describe("requests of the case list", () => {
  it.each(cases)("$name: $source", ({ send, status }) => {
    const bytes = expand(send);
    const whole = statusOf(bytes, bytes.length);
    const accepted = status.some((one) => one < 300);
    if (whole === 200) expect(accepted).toBe(true);
    else expect(status).toContain(whole);
    const inPieces = statusOf(bytes, 1);
    if (inPieces === 200) expect(whole).toBe(200);
    else expect(status).toContain(inPieces);
  });
});
