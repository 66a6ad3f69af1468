import {
  type cancellation,
  contextKey,
  type MakeService,
  type MayHave,
  makeLayered,
  type Service,
  type Without,
} from "@monolake/service-async";
import type { ByteStream, TlsDetails } from "@monolake/streams";
import { TlsTooManyHandshakesError } from "./errors.ts";
import { shakeHands } from "./handshake.ts";
import { TlsHosts } from "./tls-hosts.ts";
import type { TlsTerminationOptions } from "./tls-options.ts";

/** The slot that holds what TLS agreed on, client certificates included; empty where connections are not secured. */
export const tlsDetails = contextKey<TlsDetails | undefined>()("tls");

/**
 * Ends TLS: the services inside get the bytes in clear, and what was agreed on in the slot `tls` of the context. Calls reject as
 * `shakeHands` does, or with ERR_TLS_TOO_MANY_HANDSHAKES; whose fault that is, their `source` tells. Made by the layer
 * {@link tlsTermination}.
 */
export class TlsTermination<Response, Context extends object>
  implements Service<ByteStream, Response, Without<Context, "tls">>
{
  readonly inner: Service<ByteStream, Response, Context>;
  readonly #hosts: TlsHosts;
  readonly #handshakeTimeoutMs: number;
  readonly #maxHandshakes: number;
  readonly #clientCertificates: "optional" | "required" | undefined;
  #handshakes = 0;

  /** Throws ERR_TLS_CERTIFICATE. */
  constructor(inner: Service<ByteStream, Response, Context>, options: TlsTerminationOptions) {
    this.inner = inner;
    this.#hosts = new TlsHosts(options);
    this.#handshakeTimeoutMs = options.handshakeTimeoutMs ?? 10_000;
    this.#maxHandshakes = options.maxHandshakes ?? 4_096;
    this.#clientCertificates = options.clientCertificates?.mode;
  }

  async call(stream: ByteStream, context: Without<Context, "tls">): Promise<Response> {
    const secured = await this.#secure(stream, (context as MayHave<typeof cancellation>).cancellation);
    const { tls } = secured;
    // It can be read while the connection is open only.
    if (this.#clientCertificates !== undefined) void tls?.peerCertificate;
    // As `provide` does: the slot is filled here, so the context is what the services inside ask for.
    (context as { tls?: TlsDetails | undefined }).tls = tls;
    return this.inner.call(secured, context as object as Context);
  }

  async #secure(
    stream: ByteStream,
    whileWanted: MayHave<typeof cancellation>["cancellation"],
  ): Promise<ByteStream> {
    const maxHandshakes = this.#maxHandshakes;
    if (this.#handshakes >= maxHandshakes) {
      const error = new TlsTooManyHandshakesError({ maxHandshakes });
      stream.destroy(error);
      throw error;
    }
    this.#handshakes += 1;
    try {
      return await shakeHands(stream, {
        hosts: this.#hosts,
        timeoutMs: this.#handshakeTimeoutMs,
        clientCertificates: this.#clientCertificates,
        cancellation: whileWanted,
      });
    } finally {
      this.#handshakes -= 1;
    }
  }
}

/** The layer of {@link TlsTermination}; what is outside of it sees connections as they come, inside of it they are in clear. */
export const tlsTermination = <Response, Context extends object>(
  config: TlsTerminationOptions,
  inner: MakeService<Service<ByteStream, Response, Context>>,
): MakeService<TlsTermination<Response, Context>> =>
  makeLayered(TlsTermination<Response, Context>, inner, (next) => new TlsTermination(next, config));
