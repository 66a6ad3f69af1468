/// <reference path="./npm-thrift.d.ts" />
import thrift from "thrift/lib/nodejs/lib/thrift/thrift.js";

/** The types of values, as the binary protocol numbers them. */
export const Type = thrift.Type as unknown as {
  readonly STOP: 0;
  readonly BOOL: 2;
  readonly BYTE: 3;
  readonly DOUBLE: 4;
  readonly I16: 6;
  readonly I32: 8;
  readonly I64: 10;
  readonly STRING: 11;
  readonly STRUCT: 12;
  readonly MAP: 13;
  readonly SET: 14;
  readonly LIST: 15;
  readonly UUID: 16;
};

/** One of {@link Type}. */
export type Type = (typeof Type)[keyof typeof Type];

/** What a message is. */
export const MessageType = thrift.MessageType as unknown as {
  /** Asks for an answer. */
  readonly CALL: 1;
  readonly REPLY: 2;
  /** A {@link TApplicationException} in place of a reply. Exceptions that the IDL declares come in replies. */
  readonly EXCEPTION: 3;
  /** A call that nobody answers. */
  readonly ONEWAY: 4;
};

/** One of {@link MessageType}. */
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** What a {@link TApplicationException} is about. */
export const TApplicationExceptionType = thrift.TApplicationExceptionType as unknown as {
  readonly UNKNOWN: 0;
  readonly UNKNOWN_METHOD: 1;
  readonly INVALID_MESSAGE_TYPE: 2;
  readonly WRONG_METHOD_NAME: 3;
  readonly BAD_SEQUENCE_ID: 4;
  readonly MISSING_RESULT: 5;
  readonly INTERNAL_ERROR: 6;
  readonly PROTOCOL_ERROR: 7;
  readonly INVALID_TRANSFORM: 8;
  readonly INVALID_PROTOCOL: 9;
  readonly UNSUPPORTED_CLIENT_TYPE: 10;
};

/** One of {@link TApplicationExceptionType}; peers may send others. */
export type TApplicationExceptionType = number;

/** What a caller is told when there is no result: thrown by a handler it is the answer, with its `type` and `message`. */
export interface TApplicationException extends Error {
  readonly type: TApplicationExceptionType;
}

/** The class of the npm package `thrift`. */
export const TApplicationException: new (
  type?: TApplicationExceptionType,
  message?: string,
) => TApplicationException = thrift.TApplicationException;
