import type { Cancellation } from "@monolake/service-async";
import { deadlineIn } from "@monolake/streams";
import { emptyBody } from "../body/fixed-bodies.ts";
import { HeldBody } from "../client/held-body.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import { upgradedResponse } from "../client/upgraded-response.ts";
import type { LateAction } from "../client/upstream-faults.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpRequest } from "../message/request.ts";
import { HttpResponse } from "../message/response.ts";
import type { ClientExchangeOwner } from "./client-exchange-owner.ts";
import { areTrailers, connectionFields, encodeTrailers } from "./fields.ts";
import { errorCodes } from "./frames.ts";
import type { FieldSection } from "./hpack/field-decoder.ts";
import type { Http2Stream, StreamListener } from "./http2-stream.ts";
import type { SentRequest } from "./request-fields.ts";
import { readResponseFields } from "./response-fields.ts";
import { StreamBody, type StreamBodyOwner } from "./stream-body.ts";
import { StreamWriter, type StreamWriterOwner } from "./stream-writer.ts";
import { tunnelStream } from "./tunnel-stream.ts";
import { toSwitching } from "./websocket-request.ts";

/** Interim responses to one request: each gives the final one its time anew, so there has to be an end. */
const maxInterims = 100;

/** - "head": the response's head is awaited. - "body": the rest comes. - "tunnel": the stream has left HTTP. - "over" */
type Phase = "head" | "body" | "tunnel" | "over";

/** One request and its response: a stream of an HTTP/2 connection, from the side of the client (RFC 9113 section 8.1). */
export class ClientStreamExchange implements StreamListener, StreamBodyOwner, StreamWriterOwner {
  /** As of `deadlineIn`. */
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #stream: Http2Stream;
  readonly #owner: ClientExchangeOwner;
  readonly #request: HttpRequest;
  readonly #writer: StreamWriter;
  readonly #cancellation: Cancellation | undefined;
  #listener: ResponseListener | undefined;
  #phase: Phase = "head";
  #receiver: StreamBody | undefined = undefined;
  #held: HeldBody | undefined = undefined;
  #asksForTunnel = false;
  #requestWritten = false;
  #writePending = false;
  #interims = 0;
  /** Why it was broken off here; undefined while the server has the word. */
  #fault: Error | undefined = undefined;

  constructor(
    stream: Http2Stream,
    owner: ClientExchangeOwner,
    request: HttpRequest,
    listener: ResponseListener,
    cancellation: Cancellation | undefined,
  ) {
    this.#stream = stream;
    this.#owner = owner;
    this.#request = request;
    this.#listener = listener;
    this.#cancellation = cancellation;
    this.#writer = new StreamWriter(stream, this);
    stream.listener = this;
  }

  /** Sends the request's body; its head is sent. */
  begin({ length, endStream, tunnel }: SentRequest): void {
    this.#cancellation?.addListener(this);
    const { body } = this.#request;
    this.#asksForTunnel = tunnel;
    if (endStream || tunnel) {
      this.#requestWritten = true;
      body.cancel();
      return this.#awaitPeer();
    }
    if (this.#request.expectContinue && body.whole === undefined) this.#held = new HeldBody(body);
    this.#awaitPeer();
    this.#writer.start(this.#held ?? body, length);
  }

  /** Whoever asked does not want the response any more. */
  cancel(reason: unknown): void {
    this.breakOff(reason instanceof Error ? reason : new Error("cancelled", { cause: reason }));
  }

  /** Breaks it off for this reason. */
  breakOff(reason: Error): void {
    if (this.#phase === "over") return;
    this.#fault ??= reason;
    this.#fail(this.#fault);
    this.#stream.reset(errorCodes.cancel);
  }

  // === the response ===

  fieldsReceived({ fields }: FieldSection, ended: boolean): void {
    if (this.#phase === "body") return this.#trailersReceived(fields, ended);
    const head = this.#phase === "head" ? this.#read(fields) : undefined;
    if (head === undefined) return;
    if (head.status >= 200) this.#responded(head, ended);
    else if (ended) this.breakOff(this.#owner.faults.protocol("ended with an interim response"));
    else this.#interim(head);
  }

  #trailersReceived(fields: readonly string[], ended: boolean): void {
    if (!ended || !areTrailers(fields))
      return this.breakOff(this.#owner.faults.protocol("sent malformed trailers"));
    this.#receiver?.trailersReceived(fields);
  }

  #interim(head: ResponseHead): void {
    this.#interims += 1;
    if (this.#interims > maxInterims)
      return this.breakOff(this.#owner.faults.protocol(`sent more than ${maxInterims} interim responses`));
    if (head.status === 101)
      return this.breakOff(this.#owner.faults.protocol("switched protocols in HTTP/2"));
    this.#request.onInformational?.(head.status, head.headers);
    if (head.status === 100) this.#releaseBody();
    this.#awaitPeer();
  }

  #responded(head: ResponseHead, complete: boolean): void {
    const { status, headers } = head;
    if (this.#asksForTunnel) {
      if (status < 300) return this.#handOver(head);
      // Refused: nothing follows the request.
      this.#stream.end();
    }
    const response = new HttpResponse(status, head.reason, "2", headers, emptyBody);
    this.#phase = "body";
    // These have no body, whatever their fields say.
    const bodiless = this.#request.method === "HEAD" || status === 204 || status === 304;
    // RFC 9113 section 8.1.1, as with content that is shorter than it says.
    if (!bodiless && complete && head.contentLength > 0)
      return this.breakOff(this.#owner.faults.protocol("announced content and sent none"));
    if (!bodiless && !complete) {
      this.#receiver = new StreamBody(this.#stream, this, head.contentLength, this.#owner.options);
      response.body = this.#receiver.body;
    }
    this.#awaitPeer();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.responded(response);
  }

  /** The stream is whatever joins it with a client's now; the connection has it until it is closed. */
  #handOver(head: ResponseHead): void {
    this.#phase = "tunnel";
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.#cancellation?.removeListener(this);
    const { options, peer } = this.#owner;
    const bytes = tunnelStream(this.#stream, peer, this.streamClosed);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.responded(
      upgradedResponse(toSwitching(this.#request, head), bytes, options.tunnelIdleTimeoutMs),
    );
  }

  #read(fields: readonly string[]): ResponseHead | undefined {
    try {
      const head = readResponseFields(fields, this.#owner.heads);
      if (head !== undefined && (head.headers.knownMask & connectionFields) === 0) return head;
      this.breakOff(this.#owner.faults.protocol("sent a malformed response"));
    } catch (error) {
      this.breakOff(error as Error);
    }
    return undefined;
  }

  dataReceived(chunk: Buffer): void {
    if (this.#receiver !== undefined) return this.#receiver.received(chunk);
    this.#stream.consumed(chunk.length);
    const where = this.#phase === "head" ? "in front of its head" : "where a response has none";
    this.breakOff(this.#owner.faults.protocol(`sent content ${where}`));
  }

  endReceived(): void {
    this.#receiver?.ended();
  }

  readonly streamClosed = (): void => {
    if (this.#phase === "over") return;
    if (this.#phase === "tunnel") return this.#end();
    const { errorCode } = this.#stream;
    const complete =
      this.#phase === "body" && errorCode === errorCodes.noError && this.#receiver?.done !== false;
    if (complete) this.#finish();
    else this.#fail(this.#fault ?? this.#owner.streamFault(this.#stream, this.#phase === "head"));
  };

  /** All of it has come; what is left of the request is of no use (RFC 9113 section 8.1). */
  #finish(): void {
    this.#writer.abort(undefined);
    this.#end();
  }

  #fail(error: Error): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#writer.abort(error);
    this.#end();
    this.#receiver?.break(error);
    listener?.failed(error);
  }

  #end(): void {
    this.#phase = "over";
    this.#held = undefined;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.#cancellation?.removeListener(this);
    this.#owner.exchangeOver(this);
  }

  bodyWanted(): void {}

  bodyMoved(): void {
    this.#awaitPeer();
  }

  bodyCancelled(reason: Error | undefined): void {
    this.breakOff(reason ?? new Error("nobody wants the response"));
  }

  bodyRefused(error: Error): void {
    this.breakOff(error);
  }

  // === the request's body ===

  bodyWritten(trailers: Headers | undefined): void {
    const stream = this.#stream;
    this.#requestWritten = true;
    if (!stream.endSent && trailers === undefined) stream.end();
    else if (!stream.endSent) stream.sendFields(encodeTrailers(trailers as Headers), true);
    this.#awaitPeer();
  }

  bodyFailed(error: Error): void {
    this.breakOff(error);
  }

  sent(all: boolean): void {
    this.#writer.sent(all);
  }

  /** RFC 9110 section 10.1.1: a client does not wait for ever; many a server answers when it has the body. */
  #releaseBody(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
  }

  // === time ===

  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    this.#awaitPeer();
  }

  #awaitPeer(): void {
    if (this.#phase === "over") return;
    this.deadlineMs = deadlineIn(this.#allowedMs());
    this.#owner.deadlineSet(this.deadlineMs);
  }

  /** How long the server may take for what it has to do next; 0 for any time. */
  #allowedMs(): number {
    const { options } = this.#owner;
    if (this.#phase === "head" && this.#held !== undefined) return options.continueTimeoutMs;
    if (this.#writePending && !this.#requestWritten) return options.writeStallTimeoutMs;
    if (this.#phase === "head") return this.#requestWritten ? options.responseHeadTimeoutMs : 0;
    // Without a body only the end can come.
    return this.#receiver?.awaited === false ? 0 : options.bodyIdleTimeoutMs;
  }

  /** Its time is over. */
  expire(): void {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    if (this.#phase === "head" && this.#held !== undefined) {
      this.#releaseBody();
      return this.#awaitPeer();
    }
    const late: LateAction =
      this.#writePending && !this.#requestWritten ? "write" : (this.#phase as "head" | "body");
    this.breakOff(this.#owner.faults.late(late));
    this.#owner.exchangeLate();
  }
}
