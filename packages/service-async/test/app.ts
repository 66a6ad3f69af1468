import {
  Cancellation,
  type cancellation,
  contextKey,
  FactoryStack,
  type Forkable,
  type Has,
  type MakeService,
  type MayHave,
  makeInnermost,
  makeLayered,
  provide,
  type Service,
} from "@monolake/service-async";

/** A gateway in small: connections outside, requests inside. The tests of stacks and contexts share it. */
export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}
export interface Connection {
  readonly peer: PeerAddress;
  readonly paths: readonly string[];
}
export interface Request {
  readonly path: string;
}
export interface Response {
  readonly status: number;
  readonly body: string;
}

export const peerAddress = contextKey<PeerAddress>()("peerAddress");
export const user = contextKey<string>()("user");

/** Answers with what it knows of the request. */
export class Upstream implements Service<Request, Response, Has<typeof peerAddress> & MayHave<typeof user>> {
  async call(request: Request, context: Has<typeof peerAddress> & MayHave<typeof user>): Promise<Response> {
    const { peerAddress: peer, user: name = "nobody" } = context;
    return { status: 200, body: `${request.path} for ${name} at ${peer.address}:${peer.port}` };
  }
}
export const upstream = (): MakeService<Upstream> => makeInnermost(Upstream, () => new Upstream());

export class Timeout<in Req, out Res, in Context extends object> implements Service<Req, Res, Context> {
  readonly inner: Service<Req, Res, Context>;
  readonly timeoutMs: number;

  constructor(inner: Service<Req, Res, Context>, timeoutMs: number) {
    this.inner = inner;
    this.timeoutMs = timeoutMs;
  }

  call(request: Req, context: Context): Promise<Res> {
    return this.inner.call(request, context);
  }
}
export const timeout = <Req, Res, Context extends object>(
  config: { readonly timeoutMs: number },
  inner: MakeService<Service<Req, Res, Context>>,
): MakeService<Timeout<Req, Res, Context>> =>
  makeLayered(Timeout<Req, Res, Context>, inner, (next) => new Timeout(next, config.timeoutMs));

/** Gives each request of a connection a context of its own. */
export class HttpCore<in Context extends object>
  implements Service<Connection, readonly string[], Context & Forkable>
{
  readonly inner: Service<Request, Response, Context>;

  constructor(inner: Service<Request, Response, Context>) {
    this.inner = inner;
  }

  async call(connection: Connection, context: Context & Forkable): Promise<readonly string[]> {
    const bodies: string[] = [];
    for (const path of connection.paths) {
      const { body } = await this.inner.call({ path }, context.fork());
      bodies.push(body);
    }
    return bodies;
  }
}
export const httpCore = <Context extends object>(
  _config: { readonly keepAliveMs: number },
  inner: MakeService<Service<Request, Response, Context>>,
): MakeService<HttpCore<Context>> =>
  makeLayered(HttpCore<Context>, inner, (next) => new HttpCore<Context>(next));

/** The context of an application: one class, every slot assigned by the constructor. */
export class AppContext implements Forkable, Has<typeof cancellation> {
  readonly cancellation: Cancellation;
  peerAddress: PeerAddress | undefined = undefined;
  user: string | undefined = undefined;

  constructor(cancellation: Cancellation = new Cancellation()) {
    this.cancellation = cancellation;
  }

  fork(): this {
    const fork = new AppContext(this.cancellation.child());
    fork.peerAddress = this.peerAddress;
    fork.user = this.user;
    return fork as this;
  }
}

export const config = { timeoutMs: 10, keepAliveMs: 75 };

export const providePeer = provide(peerAddress, (connection: Connection) => connection.peer);

export const factory = FactoryStack.of(config, upstream)
  .push(timeout)
  .check<Request, Has<typeof peerAddress>>()
  .push(httpCore)
  .push(providePeer)
  .check<Connection, AppContext>()
  .toFactory();
