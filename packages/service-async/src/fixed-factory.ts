import { lend } from "./dispose-chain.ts";
import type { MakeService } from "./make-service.ts";

/** Something that can make an equal one of itself. */
export interface Cloneable {
  clone(): this;
}

/** A factory with the service that it copies. */
export interface CloneFactory<out Original> extends MakeService<Original> {
  /** Never deployed itself, so it may serve as the pattern for ever. */
  readonly original: Original;
}

/** The factory that makes every service as a clone of `original`, and takes nothing from predecessors. */
export const cloneFactory = <Original extends Cloneable>(original: Original): CloneFactory<Original> => ({
  original,
  make: async () => original.clone(),
});

/**
 * The factory that always gives the same service. That belongs to the caller: it stands in old and new chains at once,
 * so that the end of a chain is not its end.
 */
export function fixedFactory<Fixed>(service: Fixed): MakeService<Fixed> {
  lend(service);
  return { make: async () => service };
}
