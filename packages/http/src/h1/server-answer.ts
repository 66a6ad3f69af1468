import type { ByteStream } from "@monolake/streams";
import { ClientGoneError, InvalidResponseError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { checkResponse } from "../server/check-response.ts";
import { errorResponse, statusOfError } from "../server/error-response.ts";
import type { CurrentRequest } from "./current-request.ts";
import {
  encodedHead,
  encodeInformationalHead,
  encodeResponseHead,
  encodeUpgradeHead,
} from "./encode-head.ts";
import { MessageWriter, type MessageWriterOwner, type WrittenFraming } from "./message-writer.ts";
import { responseFraming } from "./response-framing.ts";

/** What a connection is asked by its answers, and told of them. */
export interface ServerAnswerOwner {
  /** The answer is written and the kernel has taken it. */
  answerSent(): void;
  /** The answer broke off behind its head: the client must not take it for complete. */
  answerBroken(error: Error): void;
  /** A 101 is written: the stream belongs to the response's `upgraded` now. */
  handOver(response: HttpResponse): void;
  /** The kernel did not take all that was written (`pending`), or has taken it by now. */
  writeMoved(pending: boolean): void;
  /** A handler's failure, or a response of its that cannot be sent. */
  report(error: unknown): void;
}

/**
 * - "idle": there is no request
 * - "awaited": the handler has the request, or is about to get it
 * - "sending": the final response is being written
 * - "sent"
 */
type AnswerState = "idle" | "awaited" | "sending" | "sent";

const continueHead = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");

/** The answers of one server connection, one after another: to each request interim responses and one final response. */
export class ServerAnswer implements MessageWriterOwner {
  state: AnswerState = "idle";
  /** The connection goes on after this answer. */
  persist = true;
  /** The client waits with its body for a 100 (RFC 9110 section 10.1.1). */
  continueExpected = false;
  readonly #stream: ByteStream;
  readonly #owner: ServerAnswerOwner;
  readonly #writer: MessageWriter;
  readonly #current: CurrentRequest;

  constructor(stream: ByteStream, current: CurrentRequest, owner: ServerAnswerOwner) {
    this.#stream = stream;
    this.#current = current;
    this.#owner = owner;
    this.#writer = new MessageWriter(stream, this);
  }

  /** A request came. */
  begin(persist: boolean, continueExpected: boolean): void {
    this.state = "awaited";
    this.persist = persist;
    this.continueExpected = continueExpected;
  }

  /** Bytes of the last response's body that were written, without framing. */
  get bodyBytes(): number {
    return this.#writer.bodyBytes;
  }

  /** Nothing is left to do for the request. */
  finish(): void {
    this.state = "idle";
  }

  /** The connection is gone. */
  abort(reason: Error): void {
    this.state = "sent";
    this.#writer.abort(reason);
  }

  /** The stream's `onDrain`. */
  drained(): void {
    this.#writer.drained();
  }

  /** Sends what the handler answered. */
  respond(response: HttpResponse): void {
    const { request } = this.#current;
    if (this.state !== "awaited" || request === undefined)
      return response?.body?.cancel(new ClientGoneError());
    let framing: WrittenFraming;
    try {
      checkResponse(response);
      this.persist &&= response.persist && this.#requestEndIsNear(response);
      framing =
        response.status === 101
          ? this.#encodeUpgrade(request, response)
          : this.#encode(response, request.method);
    } catch (error) {
      response?.body?.cancel?.();
      return this.fail(error);
    }
    if (response.status === 101) this.#upgrade(response);
    else this.#start(response, framing);
  }

  /** The handler failed: the client sees a status and nothing else. */
  fail(error: unknown): void {
    if (this.state !== "awaited") return;
    this.#owner.report(error);
    this.respond(errorResponse(statusOfError(error)));
  }

  /** Answers a request with `method` without the handler, as the last thing on this connection. False when an answer has begun already. */
  refuse(response: HttpResponse, method: string): boolean {
    if (this.state === "sending" || this.state === "sent") return false;
    this.persist = false;
    this.#start(response, this.#encode(response, method));
    return true;
  }

  /** Passes an interim response on to clients that know them. */
  inform(status: number, headers: Headers): void {
    if (this.state !== "awaited" || this.#current.version !== "1.1") return;
    if (status === 100) return this.sendContinue();
    // They are hints: for a client that takes nothing they would only pile up.
    if (status < 102 || status > 199 || this.#stream.pendingBytes > 0) return;
    encodeInformationalHead(status, headers);
    this.#writeEncoded();
  }

  /** Tells a client that waits for it to send its body. */
  sendContinue(): void {
    if (!this.continueExpected || this.state !== "awaited") return;
    this.continueExpected = false;
    this.#stream.write(continueHead);
  }

  messageWritten(): void {
    this.state = "sent";
    this.#owner.answerSent();
  }

  messageFailed(error: Error, headSent: boolean): void {
    if (!headSent) {
      this.state = "awaited";
      return this.fail(error);
    }
    this.#owner.report(error);
    this.#owner.answerBroken(error);
  }

  writeMoved(pending: boolean): void {
    this.#owner.writeMoved(pending);
  }

  /**
   * False when the rest of the request is not worth waiting for, so that the connection closes: RFC 9112 section 9.6 wants
   * the client to be told with the answer.
   */
  #requestEndIsNear(response: HttpResponse): boolean {
    const current = this.#current;
    // What is sent back will end by itself.
    if (current.complete || response.body === current.request?.body) return true;
    // A client that waits for a 100 may never send any of it.
    if (this.continueExpected) return false;
    if (current.endIsNear) return true;
    // Whoever reads it may have all of it before the answer ends; not before one that is here as a whole, and who refuses reads no more.
    return current.bodyUsed && response.body.whole === undefined && response.status < 400;
  }

  #encode(response: HttpResponse, method: string): WrittenFraming {
    const { version } = this.#current;
    const framing = responseFraming(response, method, version);
    this.persist &&= framing !== "close";
    encodeResponseHead(response, { version, framing, persist: this.persist });
    return framing;
  }

  #start(response: HttpResponse, framing: WrittenFraming): void {
    this.state = "sending";
    this.#current.report?.answered(response);
    this.#writer.start(encodedHead.buffer, encodedHead.bytes, response.body, framing);
  }

  #encodeUpgrade(request: HttpRequest, response: HttpResponse): WrittenFraming {
    if (!request.upgrade || !this.#current.complete) {
      throw new InvalidResponseError({
        what: "101 answers a request that does not ask for it, or is not complete",
      });
    }
    encodeUpgradeHead(response);
    return "none";
  }

  #upgrade(response: HttpResponse): void {
    this.state = "sent";
    this.#current.report?.answered(response);
    this.#writeEncoded();
    this.#owner.handOver(response);
  }

  #writeEncoded(): void {
    this.#stream.write(Buffer.from(encodedHead.buffer.subarray(0, encodedHead.bytes)));
  }
}
