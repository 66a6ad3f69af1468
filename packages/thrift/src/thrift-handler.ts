import type { Cancellation, Forkable, Service } from "@monolake/service-async";
import type { ThriftMessage } from "./message/thrift-message.ts";

/**
 * What the Thrift core needs of a connection's context: each call gets a fork of it, whose cancellation is cancelled when the
 * client goes away. `BaseContext` of service-async is the smallest one.
 */
export interface ThriftContext extends Forkable {
  readonly cancellation: Cancellation;
}

/**
 * Answers Thrift calls, whatever the transport and the protocol they came with; an answer has those of its call. A oneway call is
 * answered with undefined.
 */
export type ThriftHandler<Context extends object = object> = Service<
  ThriftMessage,
  ThriftMessage | undefined,
  Context
>;
