import { randomInt } from "node:crypto";
import { deadlineClockMs } from "@monolake/streams";
import { MessageType } from "../constants.ts";
import { ThriftConnectionBusyError } from "../errors.ts";
import type { ThriftMessage } from "../message/thrift-message.ts";
import { isAnswerFormat } from "../wire/format.ts";
import type { ClientCall } from "./client-call.ts";

/** Without an answer for so long, calls are said to be held up. */
const heldUpAfterMs = 200;

/** Sequence ids are from 0 to this, and begin anew behind it. */
const lastSequenceId = 0x7fff_ffff;

/** The calls of a client connection that are not answered, by the sequence ids that they have on it, the oldest first. */
export class ClientCalls {
  readonly #calls = new Map<number, ClientCall>();
  /** What to do when a large oneway call is written. */
  readonly #oneways = new Map<ThriftMessage, () => void>();
  /** When the last answer came. */
  #answeredMs = 0;
  /** Where the sequence ids begin that this connection gives, one after another: a caller cannot know those of other callers. */
  readonly #start = randomInt(lastSequenceId + 1);
  #given = 0;

  get size(): number {
    return this.#calls.size;
  }

  get oldest(): ClientCall | undefined {
    return this.#calls.size === 0 ? undefined : this.#calls.values().next().value;
  }

  add(call: ClientCall): void {
    this.#calls.set(call.message.sequenceId, call);
  }

  /** Calls wait, and for some time none was answered. */
  get heldUp(): boolean {
    const { oldest } = this;
    if (oldest === undefined) return false;
    return deadlineClockMs() - Math.max(oldest.sentMs, this.#answeredMs) > heldUpAfterMs;
  }

  /** A oneway call that takes its time to be written; `sent` is called when it is, or never will be. */
  addLargeOneway(message: ThriftMessage, sent: () => void): void {
    this.#oneways.set(message, sent);
  }

  /** A large call is written: its answer may come until `deadlineMs`. */
  largeWritten(message: ThriftMessage, deadlineMs: number): void {
    this.#onewayOver(message);
    const call = this.#calls.get(message.sequenceId);
    if (call !== undefined) call.deadlineMs = deadlineMs;
  }

  #onewayOver(message: ThriftMessage): void {
    const sent = this.#oneways.get(message);
    this.#oneways.delete(message);
    sent?.();
  }

  /**
   * Gives a message a sequence id that no other call of this connection has. Callers choose theirs: what comes late, or what one of them
   * has the server say that nobody asked for, would be taken for the answer to another one's call.
   */
  number(message: ThriftMessage): void {
    do this.#given += 1;
    while (this.#calls.has(this.#lastGiven));
    message.sequenceId = this.#lastGiven;
    message.headerSequence = this.#lastGiven;
  }

  get #lastGiven(): number {
    return (this.#start + this.#given) & lastSequenceId;
  }

  #wasGiven(id: number): boolean {
    const distance = (id - this.#start) & lastSequenceId;
    return id >= 0 && distance > 0 && distance <= this.#given;
  }

  /**
   * Takes the call out that an answer belongs to, and gives the answer the ids of the caller; undefined when it is to be
   * thrown away: the call was given up, or is a oneway call that the server takes for one of the others. Throws what makes the answer none.
   */
  take(answer: ThriftMessage): ClientCall | undefined {
    this.#answeredMs = deadlineClockMs();
    const id = answer.sequenceId;
    const call = this.#calls.get(id);
    if (call === undefined) {
      if (this.#wasGiven(id)) return undefined;
      throw new Error(`an answer that nobody asked for, with sequence id ${id}`);
    }
    if (answer.type !== MessageType.REPLY && answer.type !== MessageType.EXCEPTION) {
      throw new Error(`a message of type ${answer.type} in the place of an answer`);
    }
    if (!isAnswerFormat(call.message.format, answer.format)) {
      throw new Error(`an answer in ${answer.format.transport} and ${answer.format.protocol}`);
    }
    this.#calls.delete(id);
    call.settle();
    // Servers need not fill in that of the header.
    if (answer.headerSequence === id) answer.headerSequence = call.headerSequence;
    answer.sequenceId = call.sequenceId;
    return call;
  }

  /** Rejects the oldest call, and those that are as old. */
  giveUpOldest(error: Error): void {
    const deadlineMs = this.oldest?.deadlineMs ?? 0;
    for (const [id, call] of this.#calls) {
      if (call.deadlineMs > deadlineMs) break;
      this.#calls.delete(id);
      call.settle();
      call.reject(error);
    }
  }

  /** An answer to the call is thrown away, if one comes. */
  forget({ message }: ClientCall): void {
    this.#calls.delete(message.sequenceId);
  }

  /** Rejects calls of which nothing was sent, and will not be. */
  breakUnsent(error: Error, unsent: readonly ThriftMessage[]): void {
    for (const message of unsent) {
      this.#onewayOver(message);
      const call = this.#calls.get(message.sequenceId);
      if (call?.message !== message) continue;
      this.#calls.delete(message.sequenceId);
      call.settle();
      message.sequenceId = call.sequenceId;
      message.headerSequence = call.headerSequence;
      call.reject(new ThriftConnectionBusyError({ state: "closed", cause: error }));
    }
  }

  /** Rejects every call: of those in `unsent` nothing was sent. */
  breakAll(error: Error, unsent: readonly ThriftMessage[]): void {
    this.breakUnsent(error, unsent);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      call.settle();
      call.reject(error);
    }
    for (const message of [...this.#oneways.keys()]) this.#onewayOver(message);
  }
}
