import { join } from "node:path";
import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createConnector, createUnixConnector } from "../src/index.ts";
import { startServer, textOf } from "./peers.ts";

it("connects to a unix socket", async () => {
  await using directory = await temporaryFolder();
  const path = join(directory.path, "a.sock");
  await using _server = await startServer("hello", { path });
  for (const connector of [createUnixConnector(), createConnector({ timeoutMs: 1_000 })]) {
    const stream = await connector.connect({ type: "unix", path });
    expect(stream.remoteAddress).toEqual({ type: "unix", path });
    expect(await textOf(stream)).toBe("hello");
  }
});

it("says which socket nobody listens on", async () => {
  await expect(
    createUnixConnector().connect({ type: "unix", path: "/nowhere/a.sock" }),
  ).rejects.toMatchObject({
    code: "ERR_UPSTREAM_CONNECT_REFUSED",
    message: "cannot connect to unix:/nowhere/a.sock: there is no such socket",
  });
});

it("connects to both kinds of target", async () => {
  await using server = await startServer("tcp");
  const stream = await createConnector().connect({ type: "socket", host: "127.0.0.1", port: server.port });
  expect(await textOf(stream)).toBe("tcp");
});
