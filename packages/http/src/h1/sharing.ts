import type { SharedConnection } from "./shared-connection.ts";
import type { SharedRequest } from "./waiting-request.ts";

/** Why the requests on a shared connection go on elsewhere. */
export type LeavingReason =
  /** The connection broke, or its peer closed it. */
  | "closed"
  /** An answer keeps the others waiting: it is late, or long, or its client does not take it. */
  | "blocked"
  /** The peer does not keep connections, or speaks HTTP/1.0. */
  | "not-persistent";

/** What happens to a shared connection. */
export interface SharedConnectionOwner<Shared extends SharedRequest> {
  /** The connection takes no more requests, and these are not answered: not one byte of an answer to them was read. */
  leaving(connection: SharedConnection<Shared>, reason: LeavingReason, unanswered: readonly Shared[]): void;
  /** An answer was read for which the connection had waited so long since the one before it. */
  answered(connection: SharedConnection<Shared>, waitedMs: number): void;
  /** Whether an answer that has been the next to come for so long keeps the others waiting: it is late, and not all are. */
  isBlocked(connection: SharedConnection<Shared>, waitedMs: number): boolean;
  /** The connection is gone. */
  connectionClosed(connection: SharedConnection<Shared>): void;
}

/** How requests share a connection. */
export interface SharingOptions {
  /** After so long without an answer the owner is asked whether others wait in vain, if nothing else happens. */
  readonly patienceMs: number;
  /** Without a request for so long, the connection closes. */
  readonly idleTimeoutMs: number;
}
