/** Makes services, each from the one that ran before it at the same place. */
export interface MakeService<out Made> {
  /**
   * Makes a service. `previous` is whatever the place ran before, of whatever shape: narrow it (see `findPrevious`)
   * before taking state from it. It keeps serving its connections meanwhile and may outlive the call.
   *
   * A factory whose `make` fails leaves nothing behind: what it had made by then is disposed.
   */
  readonly make: (previous?: unknown) => Promise<Made>;
}

/** The service that an expression's factory makes. */
export type Made<Factory> = Factory extends MakeService<infer Service> ? Service : never;
