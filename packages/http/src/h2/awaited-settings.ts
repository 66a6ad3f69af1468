import type { Cancellation } from "@monolake/service-async";
import { deadlineIn } from "@monolake/streams";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import type { UpstreamFaults } from "../client/upstream-faults.ts";

/** What it needs of its connection. */
export interface AwaitedSettingsOwner {
  readonly options: ResolvedHttpClientConnectionOptions;
  readonly faults: UpstreamFaults;
  exchangeOver(waiting: AwaitedSettings): void;
  exchangeLate(): void;
}

/** A request that must not be sent before the server's SETTINGS say whether it takes it (RFC 8441 section 3). */
export class AwaitedSettings {
  /** As of `deadlineIn`. */
  deadlineMs: number;
  readonly #owner: AwaitedSettingsOwner;
  readonly #listener: ResponseListener;
  readonly #cancellation: Cancellation | undefined;
  readonly #send: () => void;
  #over = false;

  /** `send` sends it, or throws why not. */
  constructor(
    owner: AwaitedSettingsOwner,
    listener: ResponseListener,
    cancellation: Cancellation | undefined,
    send: () => void,
  ) {
    this.#owner = owner;
    this.#listener = listener;
    this.#cancellation = cancellation;
    this.#send = send;
    this.deadlineMs = deadlineIn(owner.options.responseHeadTimeoutMs);
    cancellation?.addListener(this);
  }

  /** The SETTINGS are there. */
  arrived(): void {
    if (this.#end()) return;
    try {
      this.#send();
    } catch (error) {
      this.#listener.failed(error as Error);
    }
  }

  cancel(reason: unknown): void {
    this.breakOff(reason instanceof Error ? reason : new Error("cancelled", { cause: reason }));
  }

  breakOff(reason: Error): void {
    if (!this.#end()) this.#listener.failed(reason);
  }

  /** Its time is over. */
  expire(): void {
    this.breakOff(this.#owner.faults.late("head"));
    this.#owner.exchangeLate();
  }

  /** Whether it was over before. */
  #end(): boolean {
    if (this.#over) return true;
    this.#over = true;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.#cancellation?.removeListener(this);
    this.#owner.exchangeOver(this);
    return false;
  }
}
