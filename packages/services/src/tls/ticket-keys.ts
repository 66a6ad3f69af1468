import { createHash, hkdfSync, randomBytes } from "node:crypto";

/** Where the keys of session tickets come from. */
export interface TicketOptions {
  /**
   * Whoever has the same secret accepts the same tickets: workers, and a service and its successors. At least 32 bytes of a
   * random generator; never logged. Default: one of this thread.
   */
  readonly secret?: Uint8Array;
  /**
   * Tickets of one scope are good in no other: what distinguishes servers that share a secret. Default: none. Certificates and what
   * is asked of clients are told apart without it.
   */
  readonly scope?: string;
  /** A new key takes the place of the old one this often, in milliseconds. Default 43,200,000 (12 hours). */
  readonly rotationMs?: number;
}

const defaultRotationMs = 12 * 3_600_000;
/** What Node.js wants: 16 for the name, 16 for the HMAC, 16 for AES. */
const keyBytes = 48;
let threadSecret: Uint8Array | undefined;

/** The key for tickets of one kind. It follows from the secret, the kind and the time alone, so that all who share them agree. */
export class TicketKey {
  readonly #secret: Uint8Array;
  readonly #kind: string;
  readonly #rotationMs: number;
  #period = -1;

  constructor({ secret, scope = "", rotationMs = defaultRotationMs }: TicketOptions, kind: string) {
    threadSecret ??= randomBytes(32);
    this.#secret = secret ?? threadSecret;
    this.#kind = JSON.stringify([scope, kind]);
    this.#rotationMs = rotationMs;
  }

  /** The key of now, when it is not the one that was given last. */
  next(): Buffer | undefined {
    const period = Math.floor(Date.now() / this.#rotationMs);
    if (period === this.#period) return undefined;
    this.#period = period;
    // What an HKDF may be told is short.
    const info = createHash("sha256").update(`session tickets ${period} ${this.#kind}`).digest();
    return Buffer.from(hkdfSync("sha256", this.#secret, new Uint8Array(), info, keyBytes));
  }
}
