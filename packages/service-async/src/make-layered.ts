import { disposeChain } from "./dispose-chain.ts";
import type { MakeService } from "./make-service.ts";
import { findPrevious, type ServiceType, takePrevious } from "./previous-service.ts";

/** How {@link makeLayered} tells apart several services of one class. */
export interface MakeLayeredOptions<Outer> {
  /** Whether this earlier service is the predecessor; the default takes any of the class, outermost first. */
  readonly matches?: (previous: Outer) => boolean;
}

/**
 * The factory of a service that wraps another one: makes the inner service first, then hands it to `wrap` together
 * with the predecessor of class `outer`, wherever that stood in the old chain. The services further in find theirs the
 * same way, so state survives layers that are switched on, switched off, exchanged or moved.
 *
 * When `wrap` fails, the inner service that was already made is disposed, and `make` rejects with that failure.
 */
export const makeLayered = <Inner, Outer extends { readonly inner: unknown }>(
  outer: ServiceType<Outer>,
  inner: MakeService<Inner>,
  wrap: (inner: Inner, previous: Outer | undefined) => Outer | PromiseLike<Outer>,
  options: MakeLayeredOptions<Outer> = {},
): MakeService<Outer> => ({
  async make(previous) {
    const { found, rest } = takePrevious(outer, previous, options.matches);
    const made = await inner.make(rest);
    try {
      return await wrap(made, found);
    } catch (error) {
      // The reason why `wrap` failed matters more than what goes wrong while cleaning up after it.
      await disposeChain(made).catch(() => undefined);
      throw error;
    }
  },
});

/** The factory of a service that wraps none: `create` gets the predecessor of class `type`, if there was one. */
export const makeInnermost = <Innermost>(
  type: ServiceType<Innermost>,
  create: (previous: Innermost | undefined) => Innermost | PromiseLike<Innermost>,
): MakeService<Innermost> => ({
  make: async (previous) => create(findPrevious(type, previous)),
});
