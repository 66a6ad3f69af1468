import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type MakeService, makeLayered } from "@monolake/service-async";
import { AcceptedCodings } from "./acceptance.ts";
import { CodecSlots } from "./codec-slots.ts";
import { type ContentHandlerOptions, resolveContentHandlerOptions } from "./content-handler-options.ts";
import { mayBeTransformed } from "./no-transform.ts";
import { RequestDecoding } from "./request-decoding.ts";
import { ResponseEncoding } from "./response-encoding.ts";

/**
 * Shows the services inside the content of requests without codings, and sends clients that of responses in the coding that
 * they like best. Rejects with ERR_CONTENT_DECODING, ERR_CONTENT_TOO_LARGE and ERR_CONTENT_BUSY, which have the status to
 * answer with; what is found out later breaks the request's body off with the same errors.
 */
export class ContentHandler<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #accepted: AcceptedCodings;
  readonly #decoding: RequestDecoding | undefined;
  readonly #encoding: ResponseEncoding | undefined;
  readonly #slots: CodecSlots;

  constructor(inner: HttpHandler<Context>, options: ContentHandlerOptions = {}) {
    this.inner = inner;
    const { decode, encode, maxBodies, ...rest } = resolveContentHandlerOptions(options);
    this.#slots = new CodecSlots(maxBodies);
    this.#accepted = new AcceptedCodings(encode);
    this.#decoding = decode ? new RequestDecoding(rest, this.#slots) : undefined;
    this.#encoding = encode.length > 0 ? new ResponseEncoding(rest, this.#slots) : undefined;
  }

  /** Bodies that are being decoded or encoded in streams of zlib. */
  get bodies(): number {
    return this.#slots.taken;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const { method } = request;
    const encoding = mayBeTransformed(request.headers) ? this.#encoding : undefined;
    // Read before others change the request.
    const acceptance = encoding === undefined ? undefined : this.#accepted.of(request.headers);
    const refusal = this.#decoding?.decode(request);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const response = this.inner.call(request, context);
    if (encoding === undefined || acceptance === undefined) return response;
    return response.then((answer) => {
      if (method === "HEAD") encoding.describe(answer, acceptance);
      else encoding.encode(answer, acceptance);
      return answer;
    });
  }
}

/** The layer of {@link ContentHandler}: inside of routes, around what answers. */
export const contentHandler = <Context extends object>(
  options: ContentHandlerOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ContentHandler<Context>> =>
  makeLayered(ContentHandler<Context>, inner, (next) => new ContentHandler(next, options));
