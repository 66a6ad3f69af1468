import type { FactoryLayer } from "./factory-layer.ts";
import type { Filled } from "./filled.ts";
import type { MakeService } from "./make-service.ts";
import { mapTarget } from "./mapping.ts";
import type { Service } from "./service.ts";

/**
 * Builds the factory of a chain of services, the innermost first: each `push` puts a layer around what is there. A
 * stack is never changed; every method returns a new one.
 *
 * ```ts
 * const factory = FactoryStack.of(config, upstream) // answers
 *   .push(timeout)                                  // bounds one exchange
 *   .push(provide(peerAddr, (accepted: Accepted) => accepted.peer))
 *   .check<Accepted, ProxyContext>()
 *   .toFactory();
 * ```
 */
export class FactoryStack<Config, Outermost> {
  readonly #config: Config;
  readonly #factory: MakeService<Outermost>;

  private constructor(config: Config, factory: MakeService<Outermost>) {
    this.#config = config;
    this.#factory = factory;
  }

  /** Begins a stack with the factory of the service that calls no other. */
  static of<Config, Innermost>(
    config: Config,
    innermost: (config: Config) => MakeService<Innermost>,
  ): FactoryStack<Config, Innermost> {
    return new FactoryStack(config, innermost(config));
  }

  /** Puts a layer around the stack so far: what is pushed last is called first. */
  push<Outer>(layer: FactoryLayer<Config, Outermost, Outer>): FactoryStack<Config, Outer> {
    return new FactoryStack(this.#config, layer(this.#config, this.#factory));
  }

  /** Puts a layer around the stack that turns each request into the one that the stack so far takes. */
  pushMapTarget<Request, InnerRequest, Response, Context extends object>(
    this: FactoryStack<Config, Service<InnerRequest, Response, Context>>,
    map: (request: Request) => InnerRequest,
  ): FactoryStack<Config, Service<Request, Response, Context>> {
    return this.push(mapTarget(map));
  }

  /** Drops the stack so far and begins again with another factory and the same configuration. */
  replace<Innermost>(innermost: (config: Config) => MakeService<Innermost>): FactoryStack<Config, Innermost> {
    return FactoryStack.of(this.#config, innermost);
  }

  /**
   * For the compiler only: does not compile unless the stack so far serves `Request`, given `Context`. The message
   * names the slot that no layer provides.
   */
  check<Request, Context extends object = object>(
    this:
      | FactoryStack<Config, Service<Request, unknown, Filled<Context>>>
      | FactoryStack<Config, Service<Request, unknown, Context>>,
  ): FactoryStack<Config, Outermost> {
    return this as unknown as FactoryStack<Config, Outermost>;
  }

  /**
   * Forgets the classes in the stack and keeps what it takes and gives, so that stacks of different shapes fit one
   * variable and messages stay short. For the compiler only: `instanceof` still tells what a service is.
   */
  erase<Request, Response, Context extends object = object>(
    this:
      | FactoryStack<Config, Service<Request, Response, Filled<Context>>>
      | FactoryStack<Config, Service<Request, Response, Context>>,
  ): FactoryStack<Config, Service<Request, Response, Context>> {
    return this as FactoryStack<Config, Service<Request, Response, Context>>;
  }

  /** The factory of the whole chain. */
  toFactory(): MakeService<Outermost> {
    return this.#factory;
  }

  /** The configuration and the factory. */
  parts(): { readonly config: Config; readonly factory: MakeService<Outermost> } {
    return { config: this.#config, factory: this.#factory };
  }

  /** Makes a service at once. */
  make(previous?: unknown): Promise<Outermost> {
    return this.#factory.make(previous);
  }
}
