/** Keeps sessions outside of cookies; what it is given is encrypted. It may lose them: people log in again then. One that can be disposed ends with the layer. */
export interface SessionStore extends Partial<AsyncDisposable> {
  readonly get: (id: string) => Promise<string | undefined>;
  readonly set: (id: string, value: string, maxAgeMs: number) => Promise<void>;
  readonly delete: (id: string) => Promise<void>;
  /** Whether the caller is the one who may refresh the session now, of all workers and machines; for at most `maxAgeMs`. */
  readonly lock: (id: string, maxAgeMs: number) => Promise<boolean>;
}
