/** A class, as far as finding its instances goes. */
export type ServiceType<Found> = abstract new (...args: never[]) => Found;

/** What is left of an old chain when a service was taken out of its middle. */
class Remainder {
  readonly services: readonly object[];

  constructor(services: readonly object[]) {
    this.services = services;
  }
}

/** The services of a chain from the outside in: `service`, its `inner`, the `inner` of that, and so on, each once. */
export function chainOf(service: unknown): readonly object[] {
  if (service instanceof Remainder) return service.services;
  const chain = new Set<object>();
  let current = service;
  while (typeof current === "object" && current !== null && !chain.has(current)) {
    chain.add(current);
    current = (current as { readonly inner?: unknown }).inner;
  }
  return [...chain];
}

/**
 * The outermost service of class `type` in the chain that ran before, however many layers stood above it then or
 * stand above it now. With `matches`, the outermost one that also passes that test.
 */
export const findPrevious = <Found>(
  type: ServiceType<Found>,
  previous: unknown,
  matches: (found: Found) => boolean = () => true,
): Found | undefined =>
  chainOf(previous).find((service): service is Found & object => service instanceof type && matches(service));

/** What {@link takePrevious} found, and what the services further in may still look for. */
export interface TakenPrevious<Found> {
  readonly found: Found | undefined;
  readonly rest: unknown;
}

/**
 * Finds like {@link findPrevious} and takes the service out of the chain, so that a second layer of the same class
 * finds the next one, and layers that changed places still find theirs.
 */
export function takePrevious<Found>(
  type: ServiceType<Found>,
  previous: unknown,
  matches?: (found: Found) => boolean,
): TakenPrevious<Found> {
  const found = findPrevious(type, previous, matches);
  if (found === undefined) return { found, rest: previous };
  const chain = chainOf(previous);
  const index = chain.indexOf(found as object);
  const isOutermost = index === 0 && !(previous instanceof Remainder);
  const rest = isOutermost
    ? (found as { readonly inner?: unknown }).inner
    : new Remainder(chain.filter((service) => service !== found));
  return { found, rest };
}
