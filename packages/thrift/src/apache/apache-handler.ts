/// <reference path="../npm-thrift.d.ts" />
import TBinaryProtocol from "thrift/lib/nodejs/lib/thrift/binary_protocol.js";
import TBufferedTransport from "thrift/lib/nodejs/lib/thrift/buffered_transport.js";
import TCompactProtocol from "thrift/lib/nodejs/lib/thrift/compact_protocol.js";
import TFramedTransport from "thrift/lib/nodejs/lib/thrift/framed_transport.js";
import { MessageType } from "../constants.ts";
import { ThriftAnswerError } from "../errors.ts";
import { createAnswer, createMessage } from "../message/create-message.ts";
import { readPayload } from "../message/read-payload.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import { unknownMethod } from "../service/create-thrift-handler.ts";
import type { ThriftHandler } from "../thrift-handler.ts";
import { type ThriftProtocol, thriftFormat } from "../wire/format.ts";
import { foundHead, readMessageHead } from "../wire/message-head.ts";

/** What the Apache compiler makes of a service with `--gen js:node`: `new Service.Processor(handler)`. */
export interface ApacheProcessor {
  process(input: object, output: object): void;
}

/** How a processor is called. */
export interface ApacheHandlerOptions {
  /** Arguments are gathered up to this size. Default 16 MiB. */
  readonly maxArgumentBytes?: number;
}

/**
 * A handler that calls generated code, through the transports and protocols of the npm package `thrift`. Several services on a
 * connection: `processors` by the name that stands in front of their methods (`Service:method`).
 */
export function createApacheHandler(
  processors: ApacheProcessor | Readonly<Record<string, ApacheProcessor>>,
  options: ApacheHandlerOptions = {},
): ThriftHandler {
  const { maxArgumentBytes: maxBytes = 16 * 1024 * 1024 } = options;
  return {
    async call(message) {
      const target = targetOf(message.name, processors);
      if (target === undefined) throw unknownMethod(message.name);
      const payload = await readPayload(message.payload, { maxBytes });
      return run(target, message, payload);
    },
  };
}

interface Target {
  readonly processor: ApacheProcessor;
  /** Without its service. */
  readonly method: string;
}

function targetOf(
  name: string,
  processors: ApacheProcessor | Readonly<Record<string, ApacheProcessor>>,
): Target | undefined {
  const colon = name.indexOf(":");
  const single = typeof processors["process"] === "function";
  const method = single ? name : name.slice(colon + 1);
  const service = name.slice(0, Math.max(colon, 0));
  const processor = single
    ? (processors as ApacheProcessor)
    : Object.hasOwn(processors, service)
      ? (processors as Record<string, ApacheProcessor>)[service]
      : undefined;
  if (processor === undefined) return undefined;
  // Generated code answers for methods that it does not know, but forgets to say that this is the reason.
  const process = (processor as unknown as Record<string, unknown>)[`process_${method}`];
  return typeof process === "function" ? { processor, method } : undefined;
}

/** The methods that generated code has write the answer when their work is done, which may be later. */
function run(
  { processor, method }: Target,
  message: ThriftMessage,
  payload: Buffer,
): Promise<ThriftMessage | undefined> {
  const { protocol } = message.format;
  const { type, sequenceId } = message;
  // Generated code takes a message as it is without anything around it.
  const call = createMessage({
    format: thriftFormat("unframed", protocol),
    type,
    name: method,
    sequenceId,
    payload,
  });
  const input = protocolOver(new TFramedTransport(call.asItLies as Buffer), protocol);
  return new Promise((resolve, reject) => {
    const output = new TBufferedTransport(undefined, (bytes) => {
      try {
        resolve(answerFrom(message, bytes));
      } catch (error) {
        reject(error);
      }
    });
    processor.process(input, protocolOver(output, protocol));
    if (type === MessageType.ONEWAY) resolve(undefined);
  });
}

const protocolOver = (transport: object, protocol: ThriftProtocol): object =>
  protocol === "compact"
    ? new TCompactProtocol(transport)
    : new TBinaryProtocol(transport, false, protocol === "binary");

function answerFrom(call: ThriftMessage, bytes: Buffer): ThriftMessage {
  if (!readMessageHead(bytes, 0, bytes.length)) {
    throw new ThriftAnswerError({ what: "it ends within its head" });
  }
  return createAnswer(call, foundHead.type, bytes.subarray(foundHead.end));
}
