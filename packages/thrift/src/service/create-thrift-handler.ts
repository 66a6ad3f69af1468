import { createReader, type ThriftReader, type ThriftReaderOptions } from "../codec/thrift-reader.ts";
import { createWriter, type ThriftWriter } from "../codec/thrift-writer.ts";
import { MessageType, TApplicationException, TApplicationExceptionType } from "../constants.ts";
import { createReply } from "../message/create-message.ts";
import { readPayload } from "../message/read-payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import type { ThriftHandler } from "../thrift-handler.ts";

/** A call of a method. */
export interface MethodCall<Context extends object> {
  /** The structure with the arguments. */
  readonly args: ThriftReader;
  /** The structure for the result: the value in field 0, or an exception that the IDL declares in its field. Nothing for a void method. */
  readonly result: ThriftWriter;
  readonly message: ThriftMessage;
  readonly context: Context;
}

/**
 * Reads its arguments, does its work, writes its result. What it throws is told to the caller as an exception: a
 * `TApplicationException` as it is, anything else as an internal error.
 */
export type Method<Context extends object> = (call: MethodCall<Context>) => void | Promise<void>;

/** How methods are called. */
export interface ThriftHandlerOptions extends ThriftReaderOptions {
  /** Arguments are gathered up to this size. Default 16 MiB. */
  readonly maxArgumentBytes?: number;
}

/**
 * A handler made of methods, by name; `Service:method` for one service of several on a connection. Any other name is answered
 * with UNKNOWN_METHOD.
 */
export function createThriftHandler<Context extends object = object>(
  methods: Readonly<Record<string, Method<Context>>>,
  options: ThriftHandlerOptions = {},
): ThriftHandler<Context> {
  const byName = new Map(Object.entries(methods));
  const { maxArgumentBytes: maxBytes = 16 * 1024 * 1024 } = options;
  return {
    async call(message, context) {
      const method = byName.get(message.name);
      if (method === undefined) throw unknownMethod(message.name);
      const { protocol } = message.format;
      const payload = message.isWhole
        ? (message.payload.whole as Buffer)
        : await readPayload(message.payload, { maxBytes });
      const args = createReader(protocol, payload, options);
      const result = createWriter(protocol);
      const working = method({ args, result, message, context });
      if (working !== undefined) await working;
      if (message.type === MessageType.ONEWAY) return undefined;
      return createReply(message, result.finish());
    },
  };
}

/** What a caller of a method that does not exist is told. */
export const unknownMethod = (name: string): TApplicationException =>
  new TApplicationException(TApplicationExceptionType.UNKNOWN_METHOD, `unknown method ${name}`);
