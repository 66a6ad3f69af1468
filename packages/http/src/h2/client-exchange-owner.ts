import type { ByteStream } from "@monolake/streams";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import type { UpstreamFaults } from "../client/upstream-faults.ts";
import type { ResponseHeadReader } from "../head/head-reader.ts";
import type { ClientStreamExchange } from "./client-exchange.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** What an exchange needs of its connection. */
export interface ClientExchangeOwner {
  readonly options: ResolvedHttpClientConnectionOptions;
  readonly faults: UpstreamFaults;
  readonly heads: ResponseHeadReader;
  /** Where both ends of the connection are. */
  readonly peer: Pick<ByteStream, "localAddress" | "remoteAddress">;
  /** Why the stream ended with this code, as far as the connection knows. */
  streamFault(stream: Http2Stream, unanswered: boolean): Error;
  exchangeOver(exchange: ClientStreamExchange): void;
  /** The server is late: is it there at all? */
  exchangeLate(): void;
  deadlineSet(deadlineMs: number): void;
}
