import { readFile } from "node:fs/promises";
import { chainOf, disposeChain, fixedFactory } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import type { AccessLogOptions } from "../../../src/http/access-log/access-log.ts";
import { AccessLogging, accessLogging } from "../../../src/http/access-log/access-logging.ts";
import { exchangeOf } from "./exchange-of.ts";

const seenContexts: object[] = [];
const inner = fixedFactory({
  call: async (_stream: ByteStream, context: object) => void seenContexts.push(context),
});
const make = (options: AccessLogOptions, previous?: unknown) => accessLogging(options, inner).make(previous);
const noStream = {} as ByteStream;

it("gives each connection the log of its server", async () => {
  await using folder = await temporaryFolder();
  const service = await make({ target: folder.file("a.log") });
  const context = {};
  await service.call(noStream, context);
  expect(seenContexts.at(-1)).toBe(context);
  expect(context).toEqual({ accessLog: service.log });
  expect(chainOf(service)).toHaveLength(2);
  await disposeChain(service);
});

it("writes what waits when the service ends", async () => {
  await using folder = await temporaryFolder();
  const target = folder.file("a.log");
  const service = await make({ target, format: "$status" });
  service.log.end(exchangeOf());
  await disposeChain(service);
  expect(await readFile(target, "utf8")).toBe("200\n");
});

it("goes on with the writer of its predecessor, in another format", async () => {
  await using folder = await temporaryFolder();
  const target = folder.file("a.log");
  const first = await make({ target, format: "first $status", flushMs: 60_000 });
  const second = await make({ target, format: "second $status", flushMs: 60_000 }, first);
  first.log.end(exchangeOf());
  second.log.end(exchangeOf());
  first.log.end(exchangeOf());
  await disposeChain(first);
  expect(await readFile(target, "utf8")).toBe("");
  second.log.end(exchangeOf());
  await disposeChain(second);
  expect(await readFile(target, "utf8")).toBe("first 200\nsecond 200\nfirst 200\nsecond 200\n");
});

it("writes elsewhere when its configuration says so, and leaves the predecessor its own file", async () => {
  await using folder = await temporaryFolder();
  const [one, two] = [folder.file("1.log"), folder.file("2.log")] as const;
  const first = await make({ target: one, format: "$status" });
  const second = await make({ target: two, format: "$status" }, first);
  first.log.end(exchangeOf());
  await disposeChain(first);
  await disposeChain(second);
  expect(await readFile(one, "utf8")).toBe("200\n");
  expect(await readFile(two, "utf8")).toBe("");
});

it("cannot be made with a format or a file that cannot be used, and leaves the predecessor as it is", async () => {
  await using folder = await temporaryFolder();
  const target = folder.file("a.log");
  const first = await make({ target, format: "$status" });
  await expect(make({ target, format: "$no" }, first)).rejects.toMatchObject({
    code: "ERR_ACCESS_LOG_FORMAT",
  });
  await expect(make({ target: folder.file("no/a.log") }, first)).rejects.toMatchObject({
    code: "ERR_ACCESS_LOG_OPEN",
  });
  first.log.end(exchangeOf());
  await first.log.flush();
  expect(await readFile(target, "utf8")).toBe("200\n");
  await disposeChain(first);
});

it("is found by its class in a chain", async () => {
  await using folder = await temporaryFolder();
  const service = await make({ target: folder.file("a.log") });
  expect(service).toBeInstanceOf(AccessLogging);
  await disposeChain(service);
});
