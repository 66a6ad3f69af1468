import {
  type cancellation,
  type Has,
  type MakeService,
  makeInnermost,
  SharedState,
} from "@monolake/service-async";
import {
  StringKey,
  ThriftConnectionBusyError,
  type ThriftHandler,
  type ThriftMessage,
} from "@monolake/thrift";
import { isUnsent } from "../common/unsent-failure.ts";
import type { ClientPreambleContext } from "../proxy-protocol/client-preamble.ts";
import type { matchedThriftRoute } from "./route.ts";
import { ThriftClient, type ThriftClientOptions } from "./thrift-client.ts";
import { forThriftClient, type ThriftUpstreamTarget } from "./upstream-target.ts";

/** How calls are forwarded. */
export interface ThriftUpstreamOptions {
  /** Connections: timeouts, limits, the pool. */
  readonly client?: ThriftClientOptions;
  /** For how long other upstreams are tried after one could not be connected, in milliseconds. Default 3,000. */
  readonly failoverTimeoutMs?: number;
  /** Hears why a call was answered with an exception of the proxy's, or why a oneway call was dropped. */
  readonly onFailure?: (error: unknown, message: ThriftMessage) => void;
}

/** What the upstream service needs of a context. */
export type ThriftUpstreamContext = Has<typeof matchedThriftRoute> &
  Has<typeof cancellation> &
  ClientPreambleContext;

/**
 * Sends a call to an upstream of its route and answers with what comes back: the innermost service of a Thrift stack. A call that
 * could not be sent goes to another upstream; one that was sent is never sent again. Rejects with what kept it from being
 * answered, of which the Thrift core makes an exception.
 */
export class ThriftUpstream implements ThriftHandler<ThriftUpstreamContext> {
  readonly #client: SharedState<ThriftClient>;
  readonly #failoverTimeoutMs: number;
  readonly #onFailure: (error: unknown, message: ThriftMessage) => void;

  /** `previous`: its connections serve on. */
  constructor(options: ThriftUpstreamOptions = {}, previous?: ThriftUpstream) {
    const earlier = previous === undefined ? undefined : previous.#client;
    this.#client = SharedState.inherit(earlier, () => new ThriftClient(options.client));
    this.#client.value.update(options.client ?? {});
    this.#failoverTimeoutMs = options.failoverTimeoutMs ?? 3_000;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  call(message: ThriftMessage, context: ThriftUpstreamContext): Promise<ThriftMessage | undefined> {
    const selected = context.matchedThriftRoute.upstreams.select();
    return this.#send(selected, message, context).then(forwardable, (error: unknown) =>
      this.#elsewhere({ error, selected }, message, context),
    );
  }

  /** Tries the other upstreams, each once, while nothing was sent and there is time. */
  async #elsewhere(
    failure: { readonly error: unknown; readonly selected: ThriftUpstreamTarget },
    message: ThriftMessage,
    context: ThriftUpstreamContext,
  ): Promise<ThriftMessage | undefined> {
    const deadlineMs = performance.now() + this.#failoverTimeoutMs;
    let { error } = failure;
    const others = context.matchedThriftRoute.upstreams.alternatives(failure.selected);
    // A connection that closed before its turn to write says nothing about its upstream.
    const again = error instanceof ThriftConnectionBusyError ? [failure.selected] : [];
    for (const upstream of [...again, ...others]) {
      if (context.cancellation.cancelled || performance.now() > deadlineMs || !isUnsent(error)) break;
      try {
        return forwardable(await this.#send(upstream, message, context));
      } catch (another) {
        error = another;
      }
    }
    if (!context.cancellation.cancelled) this.#onFailure(error, message);
    throw error;
  }

  #send(
    upstream: ThriftUpstreamTarget,
    message: ThriftMessage,
    context: ThriftUpstreamContext,
  ): Promise<ThriftMessage | undefined> {
    const { cancellation: whileWanted, matchedThriftRoute: route } = context;
    return this.#client.value.send(forThriftClient(upstream, context), message, {
      cancellation: whileWanted,
      sharedConnections: route.multiplex,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.release();
  }
}

/** Takes out of an answer what concerned the connection to the upstream only. */
function forwardable(answer: ThriftMessage | undefined): ThriftMessage | undefined {
  if (answer?.format.hasHeader) answer.header?.delete(StringKey.connectionReadyToReset);
  return answer;
}

/** The factory of {@link ThriftUpstream}, for the inner end of a stack. */
export const thriftUpstream = (config: {
  readonly upstream?: ThriftUpstreamOptions;
}): MakeService<ThriftUpstream> =>
  makeInnermost(ThriftUpstream, (previous) => new ThriftUpstream(config.upstream, previous));
