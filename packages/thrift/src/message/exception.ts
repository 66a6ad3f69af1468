import { createReader } from "../codec/thrift-reader.ts";
import { createWriter } from "../codec/thrift-writer.ts";
import { MessageType, TApplicationException, type TApplicationExceptionType, Type } from "../constants.ts";
import { type AnswerOptions, createAnswer } from "./create-message.ts";
import { readPayload } from "./read-payload.ts";
import type { ThriftMessage } from "./thrift-message.ts";

/** What a caller is told in place of a result. */
export interface ExceptionParts {
  readonly type: TApplicationExceptionType;
  readonly message: string;
}

/** The answer to a call that has no result, in the same transport and protocol. Never for a oneway call. */
export function createException(
  call: ThriftMessage,
  { type, message }: ExceptionParts,
  options?: AnswerOptions,
): ThriftMessage {
  const writer = createWriter(call.format.protocol);
  writer.writeField(1, Type.STRING);
  writer.writeString(message);
  writer.writeField(2, Type.I32);
  writer.writeI32(type);
  return createAnswer(call, MessageType.EXCEPTION, writer.finish(), options);
}

/** What an answer of type {@link MessageType.EXCEPTION} says. Rejects as `readPayload` does, and with ERR_THRIFT_PAYLOAD. */
export async function readException(answer: ThriftMessage): Promise<TApplicationException> {
  const reader = createReader(answer.format.protocol, await readPayload(answer.payload));
  let message: string | undefined;
  let type = 0;
  while (reader.nextField()) {
    if (reader.fieldId === 1 && reader.fieldType === Type.STRING) message = reader.readString();
    else if (reader.fieldId === 2 && reader.fieldType === Type.I32) type = reader.readI32();
  }
  return new TApplicationException(type, message);
}
