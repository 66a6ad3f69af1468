import { type AddressInfo, createServer } from "node:net";
import { type HttpHandler, type HttpRequest, httpCore } from "@monolake/http";
import {
  BaseContext,
  disposeChain,
  FactoryStack,
  type MakeService,
  makeLayered,
} from "@monolake/service-async";
import { connectionContext } from "@monolake/services/common";
import {
  connectionReuse,
  ExchangeRecord,
  exchangeRecord,
  type HttpUpstreamContext,
  httpUpstream,
  type MatchedRoute,
  route,
} from "@monolake/services/http";
import { acceptedStream, type SocketAddress } from "@monolake/streams";
import { RecordingBody, type SentRequest } from "./recording-body.ts";

/** A gateway of the proxy's own layers that notes what it sends. */
export interface RecordingGateway extends AsyncDisposable {
  readonly port: number;
  /** Forgets what was sent. */
  readonly begin: () => void;
  readonly sent: readonly SentRequest[];
}

class GatewayContext extends BaseContext {
  peerAddress: SocketAddress = { type: "unix", path: "" };
  matchedRoute: MatchedRoute | undefined = undefined;
  exchangeRecord: ExchangeRecord | undefined = undefined;
}

/** Notes every request that comes as far as the upstream service. */
class Recording implements HttpHandler<HttpUpstreamContext> {
  readonly inner: HttpHandler<HttpUpstreamContext>;
  readonly #note: (sent: SentRequest) => void;

  constructor(inner: HttpHandler<HttpUpstreamContext>, note: (sent: SentRequest) => void) {
    this.inner = inner;
    this.#note = note;
  }

  call(request: HttpRequest, context: HttpUpstreamContext) {
    const { method, target } = request;
    const record = new ExchangeRecord([]);
    // As `provide` does: the slot of this request's own context is filled.
    (context as Record<string, unknown>)[exchangeRecord.name] = record;
    const sent: SentRequest = {
      method,
      target,
      bodyBytes: 0,
      complete: false,
      get attempts() {
        return record.upstream?.attempts ?? 0;
      },
    };
    this.#note(sent);
    request.body = new RecordingBody(request.body, sent);
    return this.inner.call(request, context);
  }
}

interface GatewayConfig {
  readonly note: (sent: SentRequest) => void;
  readonly routes: Parameters<typeof route>[0]["routes"];
  readonly httpServer: { readonly headTimeoutMs: number; readonly bodyIdleTimeoutMs: number };
  readonly upstream: { readonly host: "preserve" };
}

const recording = (
  { note }: GatewayConfig,
  inner: MakeService<HttpHandler<HttpUpstreamContext>>,
): MakeService<Recording> => makeLayered(Recording, inner, (next) => new Recording(next, note));

/** Starts a gateway that sends everything to a port of 127.0.0.1. */
export async function startRecordingGateway(
  upstreamPort: number,
  pipelining?: number,
): Promise<RecordingGateway> {
  let sent: SentRequest[] = [];
  const endpoint = { type: "socket", host: "127.0.0.1", port: upstreamPort } as const;
  const config: GatewayConfig = {
    note: (request) => void sent.push(request),
    routes: ["/", "/{*path}"].map((path) => ({ path, upstreams: [{ endpoint, pipelining }] })),
    httpServer: { headTimeoutMs: 1_000, bodyIdleTimeoutMs: 1_000 },
    upstream: { host: "preserve" },
  };
  const service = await FactoryStack.of(config, httpUpstream)
    .push(recording)
    .push(route)
    .push(connectionReuse)
    .push(httpCore<GatewayContext>)
    .push(
      connectionContext((stream) => {
        const context = new GatewayContext();
        context.peerAddress = stream.remoteAddress;
        return context;
      }),
    )
    .toFactory()
    .make();
  const streams = new Set<{ destroy(): void }>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    void service.call(stream).then(() => streams.delete(stream));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    begin: () => {
      sent = [];
    },
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
      await disposeChain(service);
    },
  };
}
