import type { FactoryLayer } from "./factory-layer.ts";
import type { MakeService } from "./make-service.ts";

/**
 * A layer that may be absent. An absent layer is not there at all: no call passes through it, and services inside it
 * keep their state whether it was there before or not.
 *
 * Three ways to say whether: a condition and the layer; the layer or `undefined`; or a function that selects the
 * layer's slice of the configuration, which leaves the layer out when the slice is `undefined`.
 */
export function optionalLayer<Config, Inner, Outer>(
  layer: ((config: Config, inner: MakeService<Inner>) => MakeService<Outer>) | undefined,
): (config: Config, inner: MakeService<Inner>) => MakeService<Outer | Inner>;
export function optionalLayer<Config, Inner, Outer>(
  condition: boolean,
  layer: (config: Config, inner: MakeService<Inner>) => MakeService<Outer>,
): (config: Config, inner: MakeService<Inner>) => MakeService<Outer | Inner>;
export function optionalLayer<Config, Slice, Inner, Outer>(
  select: (config: Config) => Slice | undefined,
  layer: (config: Slice, inner: MakeService<Inner>) => MakeService<Outer>,
): (config: Config, inner: MakeService<Inner>) => MakeService<Outer | Inner>;
export function optionalLayer(
  first: boolean | ((config: unknown, inner: MakeService<unknown>) => unknown) | undefined,
  second?: FactoryLayer<unknown, unknown, unknown>,
): FactoryLayer<unknown, unknown, unknown> {
  if (second === undefined) {
    return typeof first === "function" ? (first as FactoryLayer<unknown, unknown, unknown>) : leaveOut;
  }
  if (typeof first !== "function") return first === true ? second : leaveOut;
  const select = first as (config: unknown) => unknown;
  return (config, inner) => {
    const slice = select(config);
    return slice === undefined ? inner : second(slice, inner);
  };
}

const leaveOut: FactoryLayer<unknown, unknown, unknown> = (_config, inner) => inner;

/**
 * One of two layers. The service it makes is a `Left` or a `Right` itself, with nothing around it, so that a call
 * costs no more; services inside keep their state when the choice changes.
 */
export const eitherLayer =
  <Config, Inner, Left, Right>(
    isLeft: boolean | ((config: Config) => boolean),
    left: (config: Config, inner: MakeService<Inner>) => MakeService<Left>,
    right: (config: Config, inner: MakeService<Inner>) => MakeService<Right>,
  ): ((config: Config, inner: MakeService<Inner>) => MakeService<Either<Left, Right>>) =>
  (config, inner): MakeService<Either<Left, Right>> =>
    (typeof isLeft === "function" ? isLeft(config) : isLeft) ? left(config, inner) : right(config, inner);

/** One of two services: calls need not know which, `instanceof` tells them apart. */
export type Either<Left, Right> = Left | Right;
