import {
  type ContextKey,
  type cancellation,
  type MakeService,
  type MayHave,
  makeLayered,
  type Service,
  type Without,
} from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import type { Detector } from "./detector.ts";
import { type Detected, type DetectOptions, runDetector } from "./run-detector.ts";

/** What a {@link Detect} looks for, and where it puts what it finds. */
export interface DetectSettings<Name extends string, Outcome> extends DetectOptions {
  /** The slot of the context for the outcome. */
  readonly key: ContextKey<Name, Outcome>;
  readonly detector: Detector<Outcome>;
}

/**
 * Looks at the first bytes of each connection and puts the outcome into a slot of its context; the services inside read
 * the connection from its first byte. A connection that cannot be told is destroyed, and its call rejects, see
 * `runDetector`. Made by the layer {@link detect}.
 */
export class Detect<Response, Context extends object, Name extends string, Outcome>
  implements Service<ByteStream, Response, Without<Context, Name>>
{
  readonly inner: Service<ByteStream, Response, Context>;
  readonly #settings: DetectSettings<Name, Outcome>;

  constructor(inner: Service<ByteStream, Response, Context>, settings: DetectSettings<Name, Outcome>) {
    this.inner = inner;
    this.#settings = settings;
  }

  call(stream: ByteStream, context: Without<Context, Name>): Promise<Response> {
    const { detector, timeoutMs, key } = this.#settings;
    return runDetector(stream, detector, detectorOptions(context, timeoutMs)).then(
      (detected: Detected<Outcome>) => {
        // As `provide` does: the slot is filled here, so the context is what the services inside ask for.
        (context as Record<string, unknown>)[key.name] = detected.outcome;
        return this.inner.call(detected.stream, context as object as Context);
      },
    );
  }
}

/** Every service may look for a cancellation without asking for it in its type: the slot has one meaning. */
export const detectorOptions = (context: object, timeoutMs: number | undefined) => ({
  cancellation: (context as MayHave<typeof cancellation>).cancellation,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});

/** The layer of {@link Detect}: inside, services may ask for the slot of `key`. */
export const detect =
  <Name extends string, Outcome>(
    key: ContextKey<Name, Outcome>,
    detector: Detector<Outcome>,
    options: DetectOptions = {},
  ) =>
  <Response, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<ByteStream, Response, Context>>,
  ): MakeService<Detect<Response, Context, Name, Outcome>> =>
    makeLayered(
      Detect<Response, Context, Name, Outcome>,
      inner,
      (next) => new Detect(next, { ...options, key, detector }),
    );
