import { DisposeError } from "./errors.ts";
import { chainOf } from "./previous-service.ts";

/** The services whose end began, and how it goes: nothing ends twice, whoever asks. */
const endings = new WeakMap<object, Promise<void>>();

/** Services that chains use without owning them. */
const lent = new WeakSet<object>();

/** From now on the end of a chain with `service` in it is not the end of `service`. */
export function lend(service: unknown): void {
  if (typeof service === "object" && service !== null) lent.add(service);
}

/**
 * Ends a chain of services from the outside in: each one that has `Symbol.asyncDispose` or `Symbol.dispose` is
 * disposed once, after the services that call it. Stops at a service that a `fixedFactory` lends. A second call waits
 * for the first.
 *
 * @throws {DisposeError} `ERR_DISPOSE_FAILED` (as a rejection) when services failed to end, after all had their turn.
 */
export async function disposeChain(service: unknown): Promise<void> {
  const errors: unknown[] = [];
  for (const member of chainOf(service)) {
    if (lent.has(member)) break;
    try {
      await disposeOnce(member);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new DisposeError({ errors });
}

function disposeOnce(service: object): Promise<void> {
  const known = endings.get(service);
  if (known !== undefined) return known;
  const ending = disposeValue(service);
  endings.set(service, ending);
  return ending;
}

/** Disposes anything that can be disposed, and waits for it. */
export async function disposeValue(value: unknown): Promise<void> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
  const disposable = value as Partial<AsyncDisposable & Disposable>;
  if (Symbol.asyncDispose in value) await disposable[Symbol.asyncDispose]?.();
  else disposable[Symbol.dispose]?.();
}
