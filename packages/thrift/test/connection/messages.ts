import {
  createMessage,
  createReply,
  createThriftHandler,
  createWriter,
  MessageType,
  readPayload,
  type ThriftFormat,
  type ThriftMessage,
  Type,
  thriftFormat,
} from "../../src/index.ts";

/** A structure with one string. */
export function text(format: ThriftFormat, value: string, fieldId = 1): Buffer {
  const writer = createWriter(format.protocol);
  writer.writeField(fieldId, Type.STRING);
  writer.writeString(value);
  return writer.finish();
}

/** A call with one string as its argument. */
export const callOf = (
  value: string,
  {
    format = thriftFormat("framed", "binary"),
    name = "echo",
    sequenceId = 1,
    type = MessageType.CALL,
  }: {
    readonly format?: ThriftFormat;
    readonly name?: string;
    readonly sequenceId?: number;
    readonly type?: MessageType;
  } = {},
): ThriftMessage => createMessage({ format, type, name, sequenceId, payload: text(format, value) });

/** The bytes of a call. */
export const bytesOf = (message: ThriftMessage): Buffer => Buffer.from(message.asItLies!);

/** Answers `echo` with its argument. */
export const echo = createThriftHandler(
  {
    echo({ args, result }) {
      while (args.nextField()) {
        if (args.fieldId !== 1) continue;
        const value = args.readBinary();
        result.writeField(0, Type.STRING);
        result.writeBinary(value);
      }
    },
  },
  { maxArgumentBytes: 64 * 1024 * 1024 },
);

/** The answer to {@link callOf}. */
export const replyTo = (call: ThriftMessage, value: string): ThriftMessage =>
  createReply(call, text(call.format, value, 0));

/** An answer's payload. */
export const payloadOf = (answer: ThriftMessage | undefined): Promise<Buffer> =>
  readPayload(answer!.payload, { maxBytes: 64 * 1024 * 1024 });
