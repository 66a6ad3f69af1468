import { type ByteStream, formatAddress } from "@monolake/streams";
import { UpstreamClosedError, UpstreamProtocolError, UpstreamTimeoutError } from "../errors.ts";
import type { ResolvedHttpClientConnectionOptions } from "./client-options.ts";

/** What a peer was waited for in vain. */
export type LateAction = "write" | "head" | "body";

/** The errors of one connection to an upstream: all of them name its address. */
export class UpstreamFaults {
  readonly #stream: ByteStream;
  readonly #options: ResolvedHttpClientConnectionOptions;

  constructor(stream: ByteStream, options: ResolvedHttpClientConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  late(action: LateAction): UpstreamTimeoutError {
    const { writeStallTimeoutMs, responseHeadTimeoutMs, bodyIdleTimeoutMs } = this.#options;
    const [waitingFor, timeoutMs] = {
      write: ["taking the request", writeStallTimeoutMs] as const,
      head: ["its response", responseHeadTimeoutMs] as const,
      body: ["more of its response", bodyIdleTimeoutMs] as const,
    }[action];
    return new UpstreamTimeoutError({ address: this.#address, waitingFor, timeoutMs });
  }

  protocol(what: string, cause?: Error): UpstreamProtocolError {
    return new UpstreamProtocolError({ address: this.#address, what, cause });
  }

  /** `unanswered`: not one byte of a response had come; `reused`: it was not the connection's first request. */
  closed(
    state: { readonly unanswered: boolean; readonly reused: boolean },
    cause?: Error,
  ): UpstreamClosedError {
    return new UpstreamClosedError({ address: this.#address, ...state, cause });
  }

  get #address(): string {
    return formatAddress(this.#stream.remoteAddress);
  }
}
