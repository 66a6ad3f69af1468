import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram, skipWithout } from "@monolake/test-kit";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authority } from "../proxy/tls-files.ts";
import { type Back, backs, type Front, fronts, type Matrix, startMatrix } from "./cells.ts";
import { downloadBytes } from "./origin.ts";

const run = promisify(execFile);
const path = (program: string): string => findProgram(program) as string;

let matrix: Matrix;
beforeAll(async () => {
  matrix = await startMatrix();
});
afterAll(() => matrix[Symbol.asyncDispose]());

async function askWithCurl(front: Front, back: Back): Promise<void> {
  const { port } = matrix.destination(front, back);
  const origin = `${front.secure ? "https" : "http"}://localhost:${port}`;
  const how = front.secure ? ["--insecure", "--http2"] : ["--http2-prior-knowledge"];
  const format = "%{http_version} %{http_code} %{size_download}";
  const curl = (...more: string[]) =>
    run(path("curl"), ["--silent", "--show-error", "--write-out", format, ...how, ...more], {
      maxBuffer: 2 * downloadBytes,
    });
  expect((await curl(`${origin}/get`)).stdout).toBe("GET hello2 200 9");
  const { stdout } = await curl("--output", "/dev/null", `${origin}/download`);
  expect(stdout).toBe(`2 200 ${downloadBytes}`);
  const upload = await curl("--data-binary", "@/proc/self/cmdline", `${origin}/chunked`);
  expect(upload.stdout).toMatch(/^\d+ [0-9a-f]{64}2 200 /);
}

const both = fronts.filter(({ version }) => version === "2");

describe.each(both)("foreign clients, $name", (front) => {
  it("curl: a request, a download and an upload, to every origin", async (test) => {
    skipWithout(test, "curl");
    for (const back of backs) await askWithCurl(front, back);
  });

  it("nghttp: several requests on one connection", async (test) => {
    skipWithout(test, "nghttp");
    const { port } = matrix.destination(front, backs[0] as (typeof backs)[number]);
    const origin = `${front.secure ? "https" : "http"}://localhost:${port}`;
    const urls = ["/get", "/inform", "/chunked"].map((one) => `${origin}${one}`);
    const { stdout } = await run(path("nghttp"), ["--no-verify-peer", "--verbose", "--null-out", ...urls]);
    expect(stdout.match(/:status: 200/g)).toHaveLength(3);
    expect(stdout).toContain(":status: 103");
    expect(stdout).not.toMatch(/RST_STREAM frame|error_code=(?!NO_ERROR)/);
  });

  it("undici: requests at a time, an upload and a download", async () => {
    const back = backs[0] as Back;
    const { port } = matrix.destination(front, back);
    // Over cleartext it speaks HTTP/1.1, whatever it is told.
    if (!front.secure) return;
    const agent = new Agent({ allowH2: true, connect: { ca: authority.certificate } });
    const ask = (target: string, body?: string) =>
      request(`https://localhost:${port}${target}`, {
        dispatcher: agent,
        ...(body === undefined ? {} : { method: "POST", body }),
      });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask("/get")));
    for (const { statusCode, body } of answers)
      expect([statusCode, await body.text()]).toEqual([200, "GET hello"]);
    expect(await (await ask("/chunked", "x".repeat(100_000))).body.text()).toMatch(/^100000 /);
    expect((await (await ask("/download")).body.arrayBuffer()).byteLength).toBe(downloadBytes);
    await agent.close();
  });

  it("h2load: 2,000 requests on 4 connections with 50 streams each", async (test) => {
    skipWithout(test, "h2load");
    for (const back of backs) {
      const { port } = matrix.destination(front, back);
      const url = `${front.secure ? "https" : "http"}://localhost:${port}/get`;
      const { stdout } = await run(path("h2load"), ["-n", "2000", "-c", "4", "-m", "50", url]);
      expect(stdout).toMatch(/requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed/);
    }
  });
});
