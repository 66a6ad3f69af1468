import { createHash } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backs, fronts, type Matrix, startMatrix } from "./cells.ts";
import type { Asked } from "./clients.ts";
import { downloadBytes, downloadPart } from "./origin.ts";

const uploadParts = Array.from({ length: 32 }, () => downloadPart);
const uploadSha = createHash("sha256");
for (const part of uploadParts) uploadSha.update(part);
const uploaded = `${32 * downloadPart.length} ${uploadSha.digest("hex")}`;

let matrix: Matrix;
beforeAll(async () => {
  matrix = await startMatrix();
});
afterAll(() => matrix[Symbol.asyncDispose]());

const cells = fronts.flatMap((front) =>
  backs.map((back) => ({ name: `${front.name} to ${back.name}`, front, back })),
);

describe.each(cells)("$name", ({ front, back }) => {
  const start = (asked: Asked) => front.client(matrix.destination(front, back), asked);
  const ask = (asked: Asked) => start(asked).answer;
  const knowsInterims = front.version !== "1.0";

  it("GET", async () => {
    const answer = await ask({ path: "/get" });
    expect(answer).toMatchObject({ status: 200, broken: false });
    expect(answer.body.toString()).toBe("GET hello");
    expect(matrix.origin(back).versions).toEqual(new Set([back.version]));
  });

  it("HEAD", async () => {
    const answer = await ask({ method: "HEAD", path: "/get" });
    expect(answer).toMatchObject({ status: 200, broken: false });
    expect([answer.fields["content-length"], answer.body.length]).toEqual(["9", 0]);
  });

  it("a large upload", async () => {
    const length = 32 * downloadPart.length;
    const { body } = await ask({ method: "POST", path: "/upload", body: uploadParts, length });
    expect(body.toString()).toBe(uploaded);
  });

  it("a body of unknown length, both ways", async () => {
    const { body, broken } = await ask({ method: "POST", path: "/chunked", body: uploadParts });
    expect([body.toString(), broken]).toEqual([uploaded, false]);
  });

  it("a large download", async () => {
    const { body, fields, broken } = await ask({ path: "/download" });
    expect([body.length, fields["content-length"], broken]).toEqual([
      downloadBytes,
      `${downloadBytes}`,
      false,
    ]);
    expect(body.subarray(-downloadPart.length).equals(downloadPart)).toBe(true);
  });

  it("trailers, both ways", async () => {
    const parts = [Buffer.from("one"), Buffer.from("two")];
    const answer = await ask({
      method: "POST",
      path: "/trailers",
      body: parts,
      trailers: { "x-there": "7" },
    });
    expect(answer).toMatchObject({ status: 200, broken: false });
    expect(answer.body.toString()).toBe("hello");
    // HTTP/1.0 has none; its requests are complete without.
    if (front.version !== "1.0") expect(answer.trailers).toMatchObject({ "x-back": "7" });
  });

  it("an interim response", async () => {
    const answer = await ask({ path: "/inform" });
    expect(answer.interims).toEqual(knowsInterims ? [103] : []);
    expect([answer.status, answer.body.toString()]).toEqual([200, "hello"]);
  });

  it("an early response", async () => {
    const answer = await ask({ method: "POST", path: "/early", body: uploadParts });
    expect([answer.status, answer.body.toString()]).toEqual([413, "enoug"]);
  });

  it("a client that leaves", async () => {
    const { events } = matrix.origin(back);
    const asked = once(events, "asked");
    const aborted = once(events, "aborted");
    const exchange = start({ path: "/never" });
    exchange.answer.catch(() => {});
    await asked;
    exchange.leave();
    await aborted;
  });

  it("an upstream that breaks off before its answer", async () => {
    const answer = await ask({ method: "POST", path: "/broken", body: [Buffer.from("x")] });
    expect(answer.status).toBe(502);
  });

  it("an upstream that breaks off in the middle", async () => {
    const answer = await ask({ path: "/half" });
    // Where it has broken off before anything was sent, the client can still be told so.
    expect([
      [200, true],
      [502, false],
    ]).toContainEqual([answer.status, answer.broken]);
  });
});
