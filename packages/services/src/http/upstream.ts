import { MonolakeError } from "@monolake/errors";
import {
  createResponse,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  knownFields,
  statusText,
} from "@monolake/http";
import { HttpClient, type HttpClientOptions } from "@monolake/http-client";
import {
  type cancellation,
  type Has,
  type MakeService,
  type MayHave,
  makeInnermost,
  SharedState,
} from "@monolake/service-async";
import { formatAddress } from "@monolake/streams";
import type { clientAddress, localAddress, peerAddress, remoteAddress } from "../common/addresses.ts";
import type { tlsDetails } from "../tls/tls-termination.ts";
import type { exchangeRecord } from "./access-log/exchange-record.ts";
import { mayGoElsewhere } from "./failover.ts";
import { ForwardingFields, type ForwardingOptions } from "./forwarding/forwarding-fields.ts";
import { isUpgradeForwarded, removeHopByHop } from "./hop-by-hop.ts";
import { answerOfLastRecipient } from "./max-forwards.ts";
import { misdirected } from "./refusals.ts";
import { type matchedRoute, wholeServer } from "./route.ts";
import { type AttemptOwner, UpstreamAttempt } from "./upstream-attempt.ts";
import { statusOfUpstreamFailure } from "./upstream-failure.ts";
import { forClient } from "./upstream-target.ts";

/** How requests are forwarded. */
export interface HttpUpstreamOptions {
  /** Connections: timeouts, limits, the pool. */
  readonly client?: HttpClientOptions;
  /** The Host header that the upstream sees: its own authority, or what the client sent. Default `upstream`. */
  readonly host?: "upstream" | "preserve";
  readonly forwarding?: ForwardingOptions;
  /** For how long other upstreams are tried after one has failed, in milliseconds. Default 3,000. */
  readonly failoverTimeoutMs?: number;
  /** Hears why a request was answered with 502, 503 or 504. */
  readonly onFailure?: (error: unknown, request: HttpRequest) => void;
}

/** What the upstream service needs of a context. */
export type HttpUpstreamContext = Has<typeof matchedRoute> &
  Has<typeof cancellation> &
  Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof clientAddress> &
  MayHave<typeof localAddress> &
  MayHave<typeof tlsDetails> &
  MayHave<typeof exchangeRecord>;

/**
 * Sends a request to an upstream of its route, or gives it to the route's handler, and answers with what comes back: the innermost service of an HTTP stack. Never
 * rejects because of an upstream: that is a 502, 503 or 504 and the client's connection goes on.
 */
export class HttpUpstream implements HttpHandler<HttpUpstreamContext> {
  readonly #client: SharedState<HttpClient>;
  readonly #forwarding: ForwardingFields;
  readonly #preserveHost: boolean;
  readonly #failoverTimeoutMs: number;
  readonly #onFailure: (error: unknown, request: HttpRequest) => void;
  readonly #goesElsewhere: AttemptOwner = {
    attemptFailed: (first, error) => first.coming.follow(this.#elsewhere(first, error)),
  };

  /** `previous`: its connections serve on. */
  constructor(options: HttpUpstreamOptions = {}, previous?: HttpUpstream) {
    const earlier = previous === undefined ? undefined : previous.#client;
    this.#client = SharedState.inherit(earlier, () => new HttpClient(options.client));
    this.#client.value.update(options.client ?? {});
    this.#forwarding = new ForwardingFields(options.forwarding);
    this.#preserveHost = options.host === "preserve";
    this.#failoverTimeoutMs = options.failoverTimeoutMs ?? 3_000;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  call(request: HttpRequest, context: HttpUpstreamContext): Promise<HttpResponse> {
    const { headers, scheme } = request;
    // Unless who sends it has terminated TLS.
    if (scheme === "https" && context.tls === undefined && !this.#forwarding.trusts(context))
      return Promise.resolve(misdirected(request));
    const { handler } = context.matchedRoute;
    if (handler !== undefined) return handler.call(request, context);
    const own = answerOfLastRecipient(request);
    if (own !== undefined) return Promise.resolve(own);
    if (request.upgrade && !isUpgradeForwarded(headers)) request.upgrade = false;
    removeHopByHop(headers, request.upgrade);
    if ((headers.knownMask & expectField) !== 0) headers.deleteAllOf(expectField);
    this.#forwarding.write(request, context, context.tls === undefined ? "http" : "https");
    const selected = context.matchedRoute.upstreams.select();
    const attempt = new UpstreamAttempt(request, context, selected, this.#goesElsewhere);
    this.#start(attempt);
    return attempt.coming;
  }

  /** Tries the other upstreams, each once, while that can do no harm and there is time. */
  async #elsewhere(first: UpstreamAttempt, reason: unknown): Promise<HttpResponse> {
    const { request, context, target } = first;
    const deadlineMs = performance.now() + this.#failoverTimeoutMs;
    let error = reason;
    for (const upstream of context.matchedRoute.upstreams.alternatives(first.upstream)) {
      if (context.cancellation.cancelled || performance.now() > deadlineMs || !mayGoElsewhere(error, request))
        break;
      request.target = target;
      try {
        const attempt = new UpstreamAttempt(request, context, upstream, endsWithFailure);
        this.#start(attempt);
        return await attempt.coming;
      } catch (another) {
        error = another;
      }
    }
    request.target = target;
    // A client that broke off its request, or sent a body that makes no sense, is not the upstream's failure.
    if (context.cancellation.cancelled || isOfClient(error)) throw error;
    if (context.exchangeRecord !== undefined) context.exchangeRecord.upstreamFailure = error;
    this.#onFailure(error, request);
    return failureResponse(error, request);
  }

  #start(attempt: UpstreamAttempt): void {
    const { request, context, upstream } = attempt;
    if (request.target !== wholeServer) request.target = upstream.path(request.target);
    // A request of HTTP/1.0 may have no Host, but what is sent is HTTP/1.1 (RFC 9112 section 3.2).
    const hasHost = (request.headers.knownMask & hostField) !== 0;
    if (!(upstream.preserveHost ?? this.#preserveHost) || !hasHost) request.headers.setField(upstream.host);
    attempt.record = context.exchangeRecord?.sendingTo(formatAddress(upstream.address));
    this.#client.value.start(forClient(upstream, context), attempt);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.release();
  }
}

const expectField = knownFields("expect");
const hostField = knownFields("host");

const isOfClient = (error: unknown): boolean => MonolakeError.is(error) && error.source === "downstream";

const endsWithFailure: AttemptOwner = {
  attemptFailed: ({ coming }, error) => coming.follow(Promise.reject(error)),
};

function failureResponse(error: unknown, request: HttpRequest): HttpResponse {
  const status = statusOfUpstreamFailure(error);
  request.body.cancel();
  return createResponse(`${status} ${statusText(status)}\n`, {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
  });
}

/** The factory of {@link HttpUpstream}, for the inner end of a stack. */
export const httpUpstream = (config: {
  readonly upstream?: HttpUpstreamOptions;
}): MakeService<HttpUpstream> =>
  makeInnermost(HttpUpstream, (previous) => new HttpUpstream(config.upstream, previous));
