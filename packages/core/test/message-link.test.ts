import { MessageChannel } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { RuntimeConfigError } from "../src/index.ts";
import { toLogRecord, writeLogRecord } from "../src/workers/log-record.ts";
import { type LogRecord, MessageLink } from "../src/workers/message-link.ts";
import { recordingLogger } from "./recording-logger.ts";

type Requests = {
  readonly double: { readonly input: number; readonly output: number };
  readonly fail: { readonly input: undefined; readonly output: never };
  readonly give: { readonly input: undefined; readonly output: unknown };
  readonly unknown: { readonly input: undefined; readonly output: unknown };
};

function startLinks() {
  const { port1, port2 } = new MessageChannel();
  const records: LogRecord[] = [];
  const asking = new MessageLink<Requests>({ port: port1, onLog: (record) => records.push(record) });
  const answering = new MessageLink<Record<never, never>>({
    port: port2,
    handlers: {
      double: async (input: number) => input * 2,
      fail: async () => {
        const cause = Object.assign(new Error("inner"), { code: "EINNER" });
        throw new RuntimeConfigError({ key: "a", value: "b", expected: "c", cause });
      },
      give: async () => () => {},
    },
  });
  return { asking, answering, records, [Symbol.dispose]: () => port1.close() };
}

describe("a message link", () => {
  it("gives each request its own reply", async () => {
    using links = startLinks();
    const replies = await Promise.all([1, 2, 3].map((input) => links.asking.request("double", input)));
    expect(replies).toEqual([2, 4, 6]);
  });

  it("brings errors back as what they were", async () => {
    using links = startLinks();
    const failing = links.asking.request("fail", undefined);
    await expect(failing).rejects.toThrow(RuntimeConfigError);
    await expect(failing).rejects.toMatchObject({
      code: "ERR_RUNTIME_CONFIG",
      key: "a",
      cause: { message: "inner", code: "EINNER" },
    });
  });

  it("fails requests that nobody answers", async () => {
    using links = startLinks();
    await expect(links.asking.request("unknown", undefined)).rejects.toThrow(
      "nobody answers the request unknown",
    );
  });

  it("fails requests whose input or output cannot be sent", async () => {
    using links = startLinks();
    await expect(links.asking.request("double", (() => {}) as never)).rejects.toThrow("could not be cloned");
    await expect(links.asking.request("give", undefined)).rejects.toThrow("could not be cloned");
  });

  it("fails everything once the other side is gone", async () => {
    using links = startLinks();
    const pending = links.asking.request("double", 1);
    links.asking.fail(new Error("gone"));
    await expect(pending).rejects.toThrow("gone");
    await expect(links.asking.request("double", 1)).rejects.toThrow("gone");
  });

  it("brings log records with their errors", async () => {
    using links = startLinks();
    const err = new RuntimeConfigError({ key: "a", value: "b", expected: "c" });
    links.answering.log(toLogRecord("warn", { site: "x", err }, "text"));
    await links.asking.request("double", 1);
    const logger = recordingLogger();
    for (const record of links.records) writeLogRecord(record, 3, logger);
    expect(logger.records).toMatchObject([
      {
        level: "warn",
        message: "text",
        fields: { worker: 3, site: "x", err: { code: "ERR_RUNTIME_CONFIG" } },
      },
    ]);
    expect(logger.records[0]?.fields["err"]).toBeInstanceOf(RuntimeConfigError);
  });

  it("sends log records without their fields when those cannot be sent", async () => {
    using links = startLinks();
    links.answering.log(toLogRecord("info", { site: "x", secret: () => {} }, "text"));
    await links.asking.request("double", 1);
    expect(links.records).toEqual([
      { level: "info", fields: { fieldsLost: true }, errors: {}, message: "text" },
    ]);
  });
});
