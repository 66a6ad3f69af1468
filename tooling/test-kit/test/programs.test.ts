import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import {
  hasProgram,
  rawClient,
  skipReason,
  skipWithout,
  startNginx,
  startProgram,
  temporaryFolder,
} from "../src/index.ts";

it("finds programs and says what is missing", () => {
  expect(hasProgram("sh")).toBe(true);
  expect(skipReason("sh")).toBeUndefined();
  expect(skipReason("sh", "no-such-program")).toBe("needs no-such-program, not installed on this machine");
});

it("starts a program, waits for its output and ends it by its pid", async () => {
  const program = await startProgram("sh", ["-c", "echo ready; exec sleep 60"], { readyPattern: /ready/ });
  expect(program.stdout).toBe("ready\n");
  await program[Symbol.asyncDispose]();
  expect(await program.exited).toEqual({ code: null, signal: "SIGTERM" });
});

it("shows the output of a program that ends before it is ready", async () => {
  const start = startProgram("sh", ["-c", "echo wrong option >&2; exit 3"], { readyPattern: /ready/ });
  await expect(start).rejects.toThrow(/sh ended \(3\) before its output matched \/ready\/:\nwrong option/);
});

it("rejects for a program that does not exist", async () => {
  await expect(startProgram("no-such-program")).rejects.toMatchObject({ code: "ENOENT" });
});

it("removes a temporary folder with all that is in it", async () => {
  const folder = await temporaryFolder();
  const file = await folder.write("deep/er/file.txt", "text");
  expect(await readFile(file, "utf8")).toBe("text");
  await folder[Symbol.asyncDispose]();
  expect(existsSync(folder.path)).toBe(false);
});

it("runs nginx in a folder of its own", async (test) => {
  skipWithout(test, "nginx");
  const nginx = await startNginx(
    ({ port }) => `server { listen 127.0.0.1:${port}; location / { return 200 "hi"; } }`,
  );
  await using client = await rawClient(nginx.address);
  await client.write("GET / HTTP/1.0\r\n\r\n");
  expect(await client.readToEnd()).toMatch(/\r\n\r\nhi$/);
  await nginx[Symbol.asyncDispose]();
  await expect(rawClient(nginx.address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(existsSync(nginx.folder)).toBe(false);
});

it("shows what nginx says about a wrong configuration", async (test) => {
  skipWithout(test, "nginx");
  await expect(startNginx("no_such_directive;")).rejects.toThrow(/unknown directive "no_such_directive"/);
});
