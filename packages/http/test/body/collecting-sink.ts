import { deferred } from "@monolake/test-kit";
import type { BodySink } from "../../src/body/body.ts";
import type { IncomingBodySource } from "../../src/body/incoming-body.ts";
import type { Headers } from "../../src/index.ts";

/** Keeps what a body gives. */
export class CollectingSink implements BodySink {
  /** What `write` answers. */
  more = true;
  readonly events: string[] = [];
  readonly over = deferred<void>();
  trailers: Headers | undefined = undefined;
  error: Error | undefined = undefined;

  write(chunk: Buffer): boolean {
    this.events.push(String(chunk));
    return this.more;
  }

  end(trailers: Headers | undefined): void {
    this.trailers = trailers;
    this.events.push("[end]");
    this.over.resolve();
  }

  fail(error: Error): void {
    this.error = error;
    this.events.push("[fail]");
    this.over.resolve();
  }
}

/** Keeps what a body asks of its connection. */
export class RecordingSource implements IncomingBodySource {
  readonly calls: string[] = [];

  bodyWanted(): void {
    this.calls.push("wanted");
  }

  bodyResumed(): void {
    this.calls.push("resumed");
  }

  bodySettled(): void {
    this.calls.push("settled");
  }

  bodyCancelled(): void {
    this.calls.push("cancelled");
  }
}
