import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseContext } from "@monolake/service-async";
import { deferred, findProgram, skipWithout } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import { type ApacheProcessor, createApacheHandler } from "../src/apache/index.ts";
import {
  createMessage,
  createReader,
  createWriter,
  MessageType,
  readException,
  type ThriftFormat,
  type ThriftMessage,
  Type,
  thriftFormat,
  thriftFormats,
} from "../src/index.ts";

interface Generated {
  readonly Processor: new (handler: object) => ApacheProcessor;
}

/** What the Apache compiler makes of calculator.thrift, loaded as a program of this package's users would. */
async function generated(): Promise<{ readonly service: Generated; readonly types: Record<string, never> }> {
  const idl = fileURLToPath(new URL("./calculator.thrift", import.meta.url));
  // From here `require("thrift")` finds the npm package.
  const parent = fileURLToPath(new URL("../node_modules/.generated/", import.meta.url));
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "calculator-"));
  try {
    await promisify(execFile)(findProgram("thrift") as string, ["--gen", "js:node,es6", "-o", folder, idl]);
    const load = createRequire(import.meta.url);
    return {
      service: load(join(folder, "gen-nodejs/Calculator.js")),
      types: load(join(folder, "gen-nodejs/calculator_types.js")),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function add(format: ThriftFormat, left: number, right: number, name = "add"): ThriftMessage {
  const args = createWriter(format.protocol);
  for (const [id, value] of [
    [1, left],
    [2, right],
  ] as const) {
    args.writeField(id, Type.I32);
    args.writeI32(value);
  }
  return createMessage({ format, type: MessageType.CALL, name, sequenceId: 9, payload: args.finish() });
}

describe("generated code of the Apache compiler", () => {
  const binary = thriftFormat("framed", "binary");

  test("answers in every format", async (context) => {
    skipWithout(context, "thrift");
    const { service } = await generated();
    const processor = new service.Processor({ add: (left: number, right: number) => left + right });
    const handler = createApacheHandler(processor);
    for (const format of thriftFormats) {
      const answer = await handler.call(add(format, 2, 3), new BaseContext());
      expect(answer).toMatchObject({ format, type: MessageType.REPLY, name: "add", sequenceId: 9 });
      const result = createReader(format.protocol, answer!.payload.whole!);
      expect(result.nextField()).toBe(true);
      expect([result.fieldId, result.readI32()]).toEqual([0, 5]);
    }
  });

  test("answers with the exceptions of its IDL, and with its other failures", async (context) => {
    skipWithout(context, "thrift");
    const { service, types } = await generated();
    const TooLarge = (types as unknown as { TooLarge: new (fields: object) => Error }).TooLarge;
    const processor = new service.Processor({
      add(left: number, _right: number) {
        return Promise.reject(left > 10 ? new TooLarge({ limit: 10 }) : new Error("a fault"));
      },
    });
    const handler = createApacheHandler(processor);
    const declared = await handler.call(add(binary, 11, 1), new BaseContext());
    expect(declared!.type).toBe(MessageType.REPLY);
    const result = createReader("binary", declared!.payload.whole!);
    result.nextField();
    expect([result.fieldId, result.fieldType]).toEqual([1, Type.STRUCT]);
    const failed = await handler.call(add(binary, 1, 1), new BaseContext());
    expect(failed!.type).toBe(MessageType.EXCEPTION);
    expect(await readException(failed!)).toMatchObject({ message: "a fault" });
  });

  test("gets oneway calls, and calls by the name of its service", async (context) => {
    skipWithout(context, "thrift");
    const { service } = await generated();
    const forgotten = deferred<string>();
    const processor = new service.Processor({
      add: (left: number, right: number) => left * right,
      forget: (text: string) => forgotten.resolve(text),
    });
    const handler = createApacheHandler({ Calculator: processor });
    const answer = await handler.call(add(binary, 4, 5, "Calculator:add"), new BaseContext());
    // Who multiplexes services names them in calls only.
    expect(answer!.name).toBe("add");
    const args = createWriter("binary");
    args.writeField(1, Type.STRING);
    args.writeString("gone");
    const oneway = {
      format: binary,
      type: MessageType.ONEWAY,
      name: "Calculator:forget",
      payload: args.finish(),
    };
    expect(await handler.call(createMessage(oneway), new BaseContext())).toBeUndefined();
    expect(await forgotten.promise).toBe("gone");
    for (const name of ["Calculator:none", "Other:add", "add"]) {
      await expect(handler.call(add(binary, 1, 1, name), new BaseContext())).rejects.toMatchObject({
        type: 1,
        message: `unknown method ${name}`,
      });
    }
  });
});
