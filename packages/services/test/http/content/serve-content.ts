import { type HttpRequest, type HttpResponse, httpCore } from "@monolake/http";
import { BaseContext, FactoryStack, fixedFactory, serviceFn } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import { connectionContext } from "../../../src/common/index.ts";
import { ContentHandler, type ContentHandlerOptions } from "../../../src/http/index.ts";
import { serveGateway } from "../gateway.ts";

/** A content handler behind a listening socket, and around what answers. */
export interface ServedContent extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  readonly origin: string;
  readonly handler: ContentHandler<BaseContext>;
  /** What the HTTP core reported. */
  readonly errors: readonly unknown[];
}

class ContentContext extends BaseContext {
  peerAddress: SocketAddress = { type: "unix", path: "" };
}

/** Serves what `answer` answers, through a content handler. */
export async function serveContent(
  answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>,
  options: ContentHandlerOptions = {},
): Promise<ServedContent> {
  const inner = serviceFn(async (request: HttpRequest, _context: BaseContext) => answer(request));
  const handler = new ContentHandler(inner, options);
  const errors: unknown[] = [];
  const service = await FactoryStack.of(
    { httpServer: { onError: (error: unknown) => void errors.push(error) } },
    () => fixedFactory(handler),
  )
    .push(httpCore<ContentContext>)
    .push(connectionContext(() => new ContentContext()))
    .make();
  const served = await serveGateway(service);
  return {
    address: served.address,
    origin: served.origin,
    handler,
    errors,
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}
