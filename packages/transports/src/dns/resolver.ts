/** One numeric address. */
export interface Address {
  readonly host: string;
  readonly family: 4 | 6;
}

/** What a caller says about one resolution. */
export interface ResolveOptions {
  /** The caller does not wait any longer: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Finds the addresses of names. Whoever has another source of them (a registry, a file) brings one of these. */
export interface Resolver {
  /**
   * The addresses of `host`, at least one, the preferred ones first. Numeric addresses stand for themselves.
   * Rejects with ERR_NAME_NOT_FOUND, ERR_RESOLVER_TIMEOUT or ERR_RESOLVER_FAILED.
   */
  readonly resolve: (host: string, options?: ResolveOptions) => Promise<readonly Address[]>;
}
