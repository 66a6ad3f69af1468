import type { ByteStream } from "@monolake/streams";
import type { ServerExchange } from "./server-exchange.ts";

/** What a connection is told of the exchanges on it. */
export interface ServerExchangeOwner {
  /** The stream is gone. `aborted`: without the whole answer, and not because that broke off here. */
  exchangeOver(exchange: ServerExchange<never>, aborted: boolean): void;
  /** A deadline may be earlier than all before. */
  deadlineSet(deadlineMs: number): void;
  /** The system takes no more at the moment. */
  readonly congested: boolean;
  /** Whether it has taken something since this was last asked. */
  moving(): boolean;
  /** Where both ends of the connection are. */
  readonly peer: Pick<ByteStream, "localAddress" | "remoteAddress">;
}
