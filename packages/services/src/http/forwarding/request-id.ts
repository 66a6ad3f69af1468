import { randomUUID } from "node:crypto";
import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { contextKey, type Has, type MakeService, type MayHave, makeLayered } from "@monolake/service-async";
import type { peerAddress, remoteAddress } from "../../common/addresses.ts";
import { TrustedProxies } from "../../common/trusted-proxies.ts";

/** How requests come by their X-Request-Id. */
export interface RequestIdOptions {
  /** `generate` gives every request a new one; `keep-trusted` keeps what a trusted proxy sent, if it is one. */
  readonly mode: "generate" | "keep-trusted";
  /** As in {@link ForwardingOptions}. */
  readonly trustedProxies?: readonly string[];
  /** Responses tell it to the client. Default false. */
  readonly echo?: boolean;
}

/** The slot of a context that holds the id of its request, for logs. */
export const requestId = contextKey<string | undefined>()("requestId");

/** What the layer needs of a context: it fills the slot `requestId`. */
export type RequestIdContext = Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof requestId>;

const field = "X-Request-Id";
/** Something that is safe in a log and no burden for those who pass it on. */
const usable = /^[\x21-\x7e]{1,128}$/;

/** Gives each request an id that upstreams, logs and, if they may, clients know it by. */
export class RequestId<Context extends RequestIdContext> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #trusted: TrustedProxies;
  readonly #keeps: boolean;
  readonly #echo: boolean;

  /** Throws ERR_TRUSTED_PROXY_INVALID. */
  constructor(inner: HttpHandler<Context>, options: RequestIdOptions) {
    this.inner = inner;
    this.#trusted = new TrustedProxies(options.trustedProxies);
    this.#keeps = options.mode === "keep-trusted";
    this.#echo = options.echo ?? false;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const id = this.#kept(request, context) ?? randomUUID();
    request.headers.set(field, id);
    // As `provide` does, for a slot that nobody has to have.
    (context as { requestId?: string }).requestId = id;
    const answer = this.inner.call(request, context);
    if (!this.#echo) return answer;
    return answer.then((response) => {
      response.headers.set(field, id);
      return response;
    });
  }

  #kept(request: HttpRequest, context: Context): string | undefined {
    if (!this.#keeps || !this.#trusted.has(context.remoteAddress ?? context.peerAddress)) return undefined;
    const given = request.headers.get(field);
    return given !== undefined && usable.test(given) ? given : undefined;
  }
}

/** The layer of {@link RequestId}: inside of `connectionReuse`, which would remove what Connection names. */
export const requestIds = <Context extends RequestIdContext>(
  options: RequestIdOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<RequestId<Context>> =>
  makeLayered(RequestId<Context>, inner, (next) => new RequestId(next, options));
