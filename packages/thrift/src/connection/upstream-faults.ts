import { type ByteStream, formatAddress } from "@monolake/streams";
import {
  ThriftUpstreamClosedError,
  ThriftUpstreamProtocolError,
  ThriftUpstreamTimeoutError,
} from "../errors.ts";
import type { ResolvedThriftClientConnectionOptions } from "./client-options.ts";

/** The errors of one connection to an upstream: all of them name its address. */
export class UpstreamFaults {
  readonly #stream: ByteStream;
  readonly #options: ResolvedThriftClientConnectionOptions;

  constructor(stream: ByteStream, options: ResolvedThriftClientConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** What the upstream was waited for in vain. */
  late(action: "write" | "answer" | "rest"): ThriftUpstreamTimeoutError {
    const { readTimeoutMs, writeStallTimeoutMs } = this.#options;
    const timeoutMs = action === "write" ? writeStallTimeoutMs : readTimeoutMs;
    const waitingFor = { write: "taking a call", answer: "its answer", rest: "more of its answer" }[action];
    return new ThriftUpstreamTimeoutError({ address: this.#address, waitingFor, timeoutMs });
  }

  protocol(what: string, cause: Error): ThriftUpstreamProtocolError {
    return new ThriftUpstreamProtocolError({ address: this.#address, what, cause });
  }

  closed(cause?: Error): ThriftUpstreamClosedError {
    return new ThriftUpstreamClosedError({ address: this.#address, cause });
  }

  get #address(): string {
    return formatAddress(this.#stream.remoteAddress);
  }
}
