import { expect, test } from "vitest";
import {
  holdWriteBuffer,
  releaseWriteBuffer,
  writeBuffer,
  writeBufferBytes,
  writeBufferInUse,
  writtenPart,
} from "../src/index.ts";

test("one buffer serves every message that fits into it, with one view for each length", () => {
  const buffer = writeBuffer(100);
  expect(writeBuffer(writeBufferBytes)).toBe(buffer);
  expect(writtenPart(buffer, 7)).toBe(writtenPart(buffer, 7));
  expect(writeBuffer(writeBufferBytes + 1)).toHaveLength(writeBufferBytes + 1);
});

test("a buffer that the kernel has not taken is not used again, nor are its views", () => {
  const buffer = writeBuffer(100);
  const part = writtenPart(buffer, 7);
  writeBufferInUse(buffer);
  const next = writeBuffer(100);
  expect(next).not.toBe(buffer);
  expect(writtenPart(next, 7).buffer).toBe(next.buffer);
  expect(writtenPart(buffer, 7)).not.toBe(part);
});

test("while a message waits in the buffer, others get buffers of their own", () => {
  const buffer = writeBuffer(100);
  holdWriteBuffer(buffer);
  expect(writeBuffer(100)).not.toBe(buffer);
  releaseWriteBuffer(buffer);
  expect(writeBuffer(100)).toBe(buffer);
});
