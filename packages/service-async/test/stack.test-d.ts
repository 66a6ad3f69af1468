import {
  type Either,
  type FactoryLayer,
  FactoryStack,
  type Has,
  type Made,
  type MakeService,
  type MayHave,
  optionalLayer,
  type Service,
} from "@monolake/service-async";
import {
  AppContext,
  type Connection,
  config,
  type factory,
  httpCore,
  type peerAddress,
  providePeer,
  type Request,
  type Response,
  timeout,
  upstream,
  type user,
} from "./app.ts";

// What must compile.

export const erased: MakeService<Service<Connection, readonly string[], AppContext>> = FactoryStack.of(
  config,
  upstream,
)
  .push(timeout)
  .push(optionalLayer(config.timeoutMs > 5, timeout))
  .push(httpCore)
  .push(providePeer)
  .erase<Connection, readonly string[], AppContext>()
  .toFactory();

export type Outermost = Made<typeof factory>;
export const serve = (service: Outermost, connection: Connection): Promise<readonly string[]> =>
  service.call(connection, new AppContext());

/** A service may ask for the whole context of its application. */
class Whole implements Service<Request, number, AppContext> {
  async call(_request: Request, context: AppContext): Promise<number> {
    return context.user?.length ?? 0;
  }
}
export const whole = FactoryStack.of({}, () => ({ make: async () => new Whole() })).check<
  Request,
  AppContext
>();

/** A slot that may be empty is enough for a service that can do without. */
export const perhaps: Service<Request, string, AppContext> = {
  call: async (_: Request, context: MayHave<typeof user>) => context.user ?? "nobody",
};

/** A layer over any service fits a stack of any. */
const passOn = <Inner>(_config: unknown, inner: MakeService<Inner>): MakeService<Inner> => inner;
export const layers: FactoryLayer<object, Whole, Whole>[] = [passOn];
export const either: Either<Whole, Service<Request, Response>> = new Whole() as Either<
  Whole,
  Service<Request, Response>
>;

// What must not.

const greetPeer = async (_: Request, context: Has<typeof peerAddress>): Promise<string> =>
  context.peerAddress.address;
// @ts-expect-error a service that needs a peer address is none for a context without
export const strict: Service<Request, string, AppContext> = { call: greetPeer };

export const write = (context: Has<typeof user>): void => {
  // @ts-expect-error a slot is read by services, and written by `provide` alone
  context.user = "eve";
};

// @ts-expect-error a stack begins with `of`
export const empty = new FactoryStack(config, upstream());
