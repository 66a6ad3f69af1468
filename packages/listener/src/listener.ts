import type { ByteStream, SocketAddress } from "@monolake/streams";

/**
 * Accepts connections: iterate over it to get them. Several iterations share what comes. Leaving an iteration does not
 * close the listener; `close` (or `await using`) does.
 */
export interface Listener extends AsyncIterable<ByteStream>, AsyncDisposable {
  /** Where it listens, with the port that the system picked when 0 was asked for. */
  readonly address: SocketAddress;
  /**
   * Stops accepting and frees the address before it returns; the iteration ends after what was accepted before. What
   * nobody iterates over is destroyed, at the latest a second later. Open connections go on. Calling it again does
   * nothing.
   */
  close(): Promise<void>;
}

/** Where a listener reports what it has no caller to tell. A pino logger fits, and the one that core gives to workers. */
export interface ListenerLogger {
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
}

/** Drops every record. */
export const silentLogger: ListenerLogger = { info: () => {}, warn: () => {} };
