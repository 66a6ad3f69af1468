import {
  disposeChain,
  type FactoryLayer,
  type MakeService,
  makeLayered,
  type Service,
} from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import { detectorOptions } from "./detect.ts";
import type { Detector } from "./detector.ts";
import { type DetectOptions, runDetector } from "./run-detector.ts";

/** A service of connections. */
type ConnectionService<Response, Context extends object> = Service<ByteStream, Response, Context>;

/** What a {@link DetectEither} chooses by, and from. */
export interface DetectEitherSettings<Response, Context extends object> extends DetectOptions {
  readonly detector: Detector<boolean>;
  readonly whenTrue: ConnectionService<Response, Context>;
  readonly whenFalse: ConnectionService<Response, Context>;
}

/**
 * Looks at the first bytes of each connection and gives it, from its first byte, to one of two services. Both stand on
 * the same one, `inner`, which is made once. A connection that cannot be told is destroyed, and its call rejects, see
 * `runDetector`. Made by the layer {@link detectEither}.
 */
export class DetectEither<out Inner, Response, Context extends object>
  implements ConnectionService<Response, Context>
{
  /** What both have in common. */
  readonly inner: Inner;
  /** Gets the connections that the detector says yes to. */
  readonly whenTrue: ConnectionService<Response, Context>;
  /** Gets all others. */
  readonly whenFalse: ConnectionService<Response, Context>;
  readonly #detector: Detector<boolean>;
  readonly #timeoutMs: number | undefined;

  constructor(inner: Inner, settings: DetectEitherSettings<Response, Context>) {
    this.inner = inner;
    this.whenTrue = settings.whenTrue;
    this.whenFalse = settings.whenFalse;
    this.#detector = settings.detector;
    this.#timeoutMs = settings.timeoutMs;
  }

  call(stream: ByteStream, context: Context): Promise<Response> {
    const detecting = runDetector(stream, this.#detector, detectorOptions(context, this.#timeoutMs));
    return detecting.then((detected) => {
      const chosen = detected.outcome ? this.whenTrue : this.whenFalse;
      return chosen.call(detected.stream, context);
    });
  }

  /** Ends both chains; what they share ends with the first of them, and only once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const endings = [disposeChain(this.whenTrue), disposeChain(this.whenFalse)];
    await Promise.allSettled(endings);
    await Promise.all(endings);
  }
}

/**
 * The layer of {@link DetectEither}: puts each of two layers around the stack so far, and a choice in front of them.
 * A branch of several layers is a function that applies one after the other. State is handed on within each branch; when
 * this layer is new, both find theirs in what ran before.
 */
export const detectEither =
  <YesConfig, NoConfig, YesInner, NoInner, Yes, No, YesContext extends object, NoContext extends object>(
    detector: Detector<boolean>,
    whenTrue: FactoryLayer<YesConfig, YesInner, ConnectionService<Yes, YesContext>>,
    whenFalse: FactoryLayer<NoConfig, NoInner, ConnectionService<No, NoContext>>,
    options: DetectOptions = {},
  ) =>
  (
    config: YesConfig & NoConfig,
    inner: MakeService<YesInner & NoInner>,
  ): MakeService<DetectEither<YesInner & NoInner, Yes | No, YesContext & NoContext>> => ({
    make: (previous) => {
      const type = DetectEither<YesInner & NoInner, Yes | No, YesContext & NoContext>;
      const either = makeLayered(type, inner, async (made, found) => {
        const shared = { make: async () => made };
        const trueService = await whenTrue(config, shared).make(found?.whenTrue ?? previous);
        try {
          const falseService = await whenFalse(config, shared).make(found?.whenFalse ?? previous);
          return new type(made, { ...options, detector, whenTrue: trueService, whenFalse: falseService });
        } catch (error) {
          await disposeChain(trueService).catch(() => undefined);
          throw error;
        }
      });
      return either.make(previous);
    },
  });
