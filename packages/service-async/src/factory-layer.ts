import type { MakeService } from "./make-service.ts";

/**
 * Wraps a factory in another one. A layer is a function and runs once, when the stack is built; it names the slice of
 * the configuration that it needs, and the compiler refuses a stack whose configuration lacks it.
 */
export type FactoryLayer<in Config, in Inner, out Outer> = (
  config: Config,
  inner: MakeService<Inner>,
) => MakeService<Outer>;
