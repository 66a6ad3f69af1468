import type { Body, BodySink, Headers } from "@monolake/http";

/** What a gateway believes that it has sent of one request. */
export interface SentRequest {
  readonly method: string;
  readonly target: string;
  /** Of its body, without framing. */
  bodyBytes: number;
  /** Nothing of it is missing. */
  complete: boolean;
  /** On how many connections it was sent. */
  attempts: number;
}

/** A body on its way to an upstream: notes how much of it was handed over. */
export class RecordingBody implements Body, BodySink {
  readonly #body: Body;
  readonly #sent: SentRequest;
  #sink: BodySink | undefined = undefined;

  constructor(body: Body, sent: SentRequest) {
    this.#body = body;
    this.#sent = sent;
    this.#noteWhole();
  }

  get length(): number {
    return this.#body.length;
  }

  get whole(): Buffer | undefined {
    return this.#noteWhole();
  }

  get trailers(): Headers | undefined {
    return this.#body.trailers;
  }

  pipe(sink: BodySink): void {
    this.#sink = sink;
    this.#sent.bodyBytes = 0;
    this.#sent.complete = false;
    this.#body.pipe(this);
  }

  resume(): void {
    this.#body.resume();
  }

  cancel(reason?: Error): void {
    this.#body.cancel(reason);
  }

  write(chunk: Buffer): boolean {
    this.#sent.bodyBytes += chunk.length;
    return this.#sink?.write(chunk) ?? true;
  }

  end(trailers: Headers | undefined): void {
    this.#sent.complete = true;
    this.#sink?.end(trailers);
  }

  fail(error: Error): void {
    this.#sink?.fail(error);
  }

  /** A body that is here as a whole is not piped but written as it is. */
  #noteWhole(): Buffer | undefined {
    const { whole } = this.#body;
    if (whole !== undefined) {
      this.#sent.bodyBytes = whole.length;
      this.#sent.complete = true;
    }
    return whole;
  }
}
