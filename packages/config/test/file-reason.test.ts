import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { startRawServer, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { fileReason } from "../src/index.ts";

it("says in words why a file cannot be read", async () => {
  await using folder = await temporaryFolder();
  const socket = folder.file("socket");
  await using _server = await startRawServer(async () => {}, { path: socket });
  writeFileSync(folder.file("file"), "");
  mkdirSync(folder.file("folder"));
  symlinkSync(folder.file("loop"), folder.file("loop"));
  const reasonFor = (name: string): string => {
    try {
      readFileSync(folder.file(name));
      return "it can be read";
    } catch (error) {
      return fileReason(error);
    }
  };
  expect(
    Object.fromEntries(
      ["file", "none", "folder", "file/x", "loop", "socket", "x".repeat(300)].map((name) => [
        name.slice(0, 9),
        reasonFor(name),
      ]),
    ),
  ).toEqual({
    file: "it can be read",
    none: "it does not exist",
    folder: "it is a directory",
    "file/x": "a part of the path is no directory",
    loop: "too many symbolic links lead to it",
    socket: "it is a socket, or a device that is not there",
    xxxxxxxxx: "its name is too long",
  });
});

it("leaves what is no matter of files as it is", () => {
  expect(fileReason(new Error("something else"))).toBe("something else");
});
