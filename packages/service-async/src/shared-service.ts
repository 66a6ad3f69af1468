import { disposeChain } from "./dispose-chain.ts";
import { HolderCount } from "./holder-count.ts";

/**
 * A service with a count of its holders: the slot it is deployed in, and every connection it serves. The last one
 * gone ends the chain (see `disposeChain`). Made by {@link shareService}.
 */
export class SharedService<out Shared> {
  /** The service. Whoever calls it is among its holders, or knows one that outlives the call. */
  readonly service: Shared;
  readonly #count: HolderCount;

  constructor(service: Shared) {
    this.service = service;
    this.#count = new HolderCount("service", () => disposeChain(service));
  }

  /** How many hold the service now; 0 once it ends. */
  get holders(): number {
    return this.#count.holders;
  }

  /**
   * Settles when the last holder is gone and the chain has ended; rejects with a `DisposeError` if that failed. A
   * rejection that nobody looks at does no harm, so log it here.
   */
  get ended(): Promise<void> {
    return this.#count.ended;
  }

  /**
   * Adds a holder and returns the service.
   *
   * @throws {AlreadyReleasedError} `ERR_ALREADY_RELEASED` when the last holder is gone.
   */
  retain(): Shared {
    this.#count.retain();
    return this.service;
  }

  /**
   * Takes a holder away. The promise of the last one is {@link ended}; that of any other is settled already. Nobody
   * has to wait for it.
   *
   * @throws {AlreadyReleasedError} `ERR_ALREADY_RELEASED`, at once, when there is no holder left.
   */
  release(): Promise<void> {
    return this.#count.release();
  }
}

/** Begins to count the holders of `service`; the caller is the first of them. */
export const shareService = <Shared>(service: Shared): SharedService<Shared> => new SharedService(service);
