/**
 * Something that accepts: connections, or whatever else a service can be called with.
 *
 * Disposing it stops accepting, frees the address, and ends the iteration after what was accepted already. It does not
 * wait for the connections. An iterator whose `next` rejects reports one failed accept: it is asked again.
 */
export interface Acceptor<out Accepted> extends AsyncIterable<Accepted>, AsyncDisposable {}

/**
 * Breaks an accepted item, if it is of a kind that can be broken: one with a method `destroy(error)`, as sockets and
 * streams have. Never throws.
 */
export function destroyAccepted(accepted: unknown, error: Error): void {
  if (typeof accepted !== "object" || accepted === null) return;
  const { destroy } = accepted as { readonly destroy?: unknown };
  if (typeof destroy !== "function") return;
  try {
    destroy.call(accepted, error);
  } catch {
    // It is out of use either way, and its owner has nobody to tell.
  }
}
