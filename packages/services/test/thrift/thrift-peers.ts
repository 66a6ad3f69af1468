import { createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream, type ByteStream, dialStream } from "@monolake/streams";
import {
  createMessage,
  createReply,
  createWriter,
  MessageType,
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  ThriftCore,
  type ThriftFormat,
  type ThriftHandler,
  type ThriftMessage,
  type ThriftServerOptions,
  type TTHeader,
  Type,
  thriftFormat,
} from "@monolake/thrift";

/** A Thrift server on a port of its own. */
export interface ThriftPeer extends AsyncDisposable {
  readonly port: number;
  /** All connections that were accepted. */
  readonly accepted: () => number;
  readonly open: () => number;
  /** Breaks every connection. */
  readonly breakAll: () => void;
}

/** Serves a handler on 127.0.0.1. */
export async function thriftPeer(
  call: ThriftHandler<BaseContext>["call"],
  options: ThriftServerOptions = {},
): Promise<ThriftPeer> {
  const core = new ThriftCore<BaseContext>({ call }, options);
  const streams = new Set<ByteStream>();
  let accepted = 0;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    accepted += 1;
    streams.add(stream);
    void core.call(stream, new BaseContext()).then(() => streams.delete(stream));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const breakAll = () => {
    for (const stream of streams) stream.destroy();
  };
  return {
    port,
    accepted: () => accepted,
    open: () => streams.size,
    breakAll,
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client that asks one server. */
export interface ThriftAsker extends AsyncDisposable {
  readonly ask: (message: ThriftMessage) => Promise<ThriftMessage | undefined>;
}

/** Connects to a port of 127.0.0.1. */
export async function thriftAsker(port: number, maxCalls = 1): Promise<ThriftAsker> {
  const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const owner = { connectionIdle() {}, connectionClosed() {} };
  const options = resolveThriftClientConnectionOptions({ maxCalls });
  const connection = new ThriftClientConnection(stream, owner, options);
  return {
    ask: (message) => connection.send(message),
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}

/** A structure with one string. */
export function text(format: ThriftFormat, value: string, fieldId = 1): Buffer {
  const writer = createWriter(format.protocol);
  writer.writeField(fieldId, Type.STRING);
  writer.writeString(value);
  return writer.finish();
}

/** What a call is made of. */
export interface CallParts {
  readonly format?: ThriftFormat;
  readonly name?: string;
  readonly sequenceId?: number;
  readonly type?: MessageType;
  readonly header?: TTHeader;
}

/** A call with a string. */
export const callOf = (value: string, parts: CallParts = {}): ThriftMessage => {
  const { format = thriftFormat("framed", "binary"), name = "echo", sequenceId = 1 } = parts;
  const { type = MessageType.CALL, header } = parts;
  return createMessage({ format, type, name, sequenceId, payload: text(format, value), header });
};

/** Answers with the payload of the call, and the name that it saw. */
export const answerWith = (message: ThriftMessage, value: string): ThriftMessage =>
  createReply(message, text(message.format, value, 0));
