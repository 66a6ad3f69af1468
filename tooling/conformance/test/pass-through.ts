import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import type { ConformanceCase, Expectation } from "../src/cases/conformance-case.ts";
import type { Lane, ProxyUnderTest } from "../src/proxies/proxy.ts";
import { ScriptedUpstream } from "../src/upstream/scripted-upstream.ts";

/** A proxy that understands nothing: it passes bytes on, one upstream connection for each client. */
export async function startPassThrough(): Promise<ProxyUnderTest & { readonly lane: Lane }> {
  const upstream = await ScriptedUpstream.start();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ host: "127.0.0.1", port: upstream.port, allowHalfOpen: true });
    client.pipe(target);
    target.pipe(client);
    client.on("error", () => target.destroy());
    target.on("error", () => client.resetAndDestroy());
    client.once("close", () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lane = { port: (server.address() as AddressInfo).port, upstream };
  return {
    title: "pass-through",
    lane,
    lanes: [lane],
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A proxy that closes whatever comes, as one does that is broken. */
export async function startClosing(): Promise<ProxyUnderTest> {
  const upstream = await ScriptedUpstream.start();
  const server = createServer((client) => void client.resume().end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    title: "closing",
    lanes: [{ port: (server.address() as AddressInfo).port, upstream }],
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A case with as little as a case needs. */
export const caseOf = (
  send: string,
  expect: Expectation,
  more: Partial<ConformanceCase> = {},
): ConformanceCase => ({
  name: "x-test",
  source: "test",
  level: "MUST",
  send,
  expect,
  timeoutMs: 300,
  ...more,
});

export const get = "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n";
