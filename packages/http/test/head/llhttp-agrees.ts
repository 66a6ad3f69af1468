import type { HeadersComplete } from "llhttp-wasm";
import { expect } from "vitest";
import { methodNumbers } from "../../src/head/methods.ts";
import type { RequestHead } from "../../src/head/request-head.ts";
import type { ResponseHead } from "../../src/head/response-head.ts";
import { askLlhttp } from "./llhttp-alone.ts";

/** What llhttp says about the connection is comparable: it takes Proxy-Connection for Connection, and we do not. */
function expectSameConnection(head: RequestHead, judged: HeadersComplete): void {
  if (head.headers.has("proxy-connection")) return;
  if (head.minorVersion === 1) {
    expect(judged.upgrade).toBe(head.upgrade);
    expect(judged.shouldKeepAlive).toBe(!head.connectionClose);
  } else if (!head.connectionClose) expect(judged.shouldKeepAlive).toBe(head.connectionKeepAlive);
}

/** Fails unless llhttp accepts the same bytes as the same request. */
export function expectSameRequest(head: RequestHead, bytes: Buffer): void {
  const judged = askLlhttp("REQUEST", bytes);
  expect(judged, "llhttp refuses what the fast path accepted").toBeDefined();
  if (judged === undefined) return;
  expect(judged.method).toBe(methodNumbers.get(head.method));
  expect(judged.url).toBe(head.target);
  expect([judged.versionMajor, judged.versionMinor]).toEqual([1, head.minorVersion]);
  expect(judged.rawHeaders).toEqual([...head.headers].flat());
  expectSameConnection(head, judged);
}

/** Fails unless llhttp accepts the same bytes as the same response. */
export function expectSameResponse(head: ResponseHead, bytes: Buffer): void {
  const judged = askLlhttp("RESPONSE", bytes);
  expect(judged, "llhttp refuses what the fast path accepted").toBeDefined();
  if (judged === undefined) return;
  expect(judged.statusCode).toBe(head.status);
  expect(judged.statusMessage).toBe(head.reason);
  expect([judged.versionMajor, judged.versionMinor]).toEqual([1, head.minorVersion]);
  expect(judged.rawHeaders).toEqual([...head.headers].flat());
}
