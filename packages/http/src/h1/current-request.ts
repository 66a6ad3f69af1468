import type { Cancellation } from "@monolake/service-async";
import type { BodyLimits } from "../body/body-limits.ts";
import { BodyReceiver } from "../body/body-receiver.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { IncomingBodySource } from "../body/incoming-body.ts";
import { BodyTooLargeError } from "../errors.ts";
import type { RequestHead } from "../head/request-head.ts";
import { HttpRequest } from "../message/request.ts";
import type { ExchangeReport } from "../server/exchange-report.ts";
import { toOriginForm } from "./request-target.ts";

/** The rest of a request body that nobody reads is read away up to this size; beyond it the connection closes. */
const maxDrainedBytes = 64 * 1024;

/** The request in progress on a server connection, one after another, and what belongs to it. */
export class CurrentRequest {
  /** How many have begun on this connection. */
  count = 0;
  /** The connection is to end: no request may follow. */
  last = false;
  request: HttpRequest | undefined = undefined;
  /** Of the client, whatever the services inside make of the request. */
  version: "1.0" | "1.1" = "1.1";
  receiver: BodyReceiver | undefined = undefined;
  /** Of the context that the handler was called with. */
  cancellation: Cancellation | undefined = undefined;
  /** Gathers what is told of it; undefined when nobody listens. */
  readonly report: ExchangeReport | undefined;

  constructor(report: ExchangeReport | undefined) {
    this.report = report;
  }

  begin(head: RequestHead): HttpRequest {
    this.count += 1;
    const version = head.minorVersion === 1 ? "1.1" : "1.0";
    const request = new HttpRequest(head.method, head.target, version, head.headers, emptyBody, head.upgrade);
    // RFC 9110 section 10.1.1: a server ignores it in HTTP/1.0.
    request.expectContinue = head.expectContinue && head.minorVersion === 1;
    request.judgedTarget = head.target;
    request.isJudgedNormal = head.isTargetNormal;
    toOriginForm(request);
    this.request = request;
    this.version = version;
    this.report?.begin(request, head.target);
    return request;
  }

  /** Whether the client, and the limit of requests if there is one, let the connection go on after it. */
  keepsAlive(head: RequestHead, maxRequests: number): boolean {
    if (this.last || head.connectionClose || (maxRequests > 0 && this.count >= maxRequests)) return false;
    return head.minorVersion === 1 || head.connectionKeepAlive;
  }

  /** Prepares for the body that the head announces. Throws ERR_HTTP_BODY_TOO_LARGE. */
  expectBody(source: IncomingBodySource, head: RequestHead, limits: BodyLimits): BodyReceiver {
    const { contentLength, chunked, connectionOptions } = head;
    const { maxBodyBytes } = limits;
    if (maxBodyBytes > 0 && contentLength > maxBodyBytes) {
      throw new BodyTooLargeError({ maxBytes: maxBodyBytes, bytes: contentLength });
    }
    const framing = chunked ? "chunked" : "length";
    const receiver = new BodyReceiver(source, framing, contentLength, limits, connectionOptions);
    this.receiver = receiver;
    if (this.request !== undefined) this.request.body = receiver.body;
    return receiver;
  }

  /** Every byte has come. */
  get complete(): boolean {
    return this.receiver?.done ?? true;
  }

  /** Every byte has come, and no memory of it is in use. */
  get settled(): boolean {
    return this.receiver?.body.settled ?? true;
  }

  /** A sink has not given back what it was handed: reading on would overwrite it. */
  get held(): boolean {
    return this.receiver?.body.held ?? false;
  }

  /** Nobody takes more of its body now. */
  get paused(): boolean {
    return this.receiver?.paused ?? false;
  }

  /** Somebody reads its body, or said that nobody will. */
  get bodyUsed(): boolean {
    return this.receiver?.body.used ?? true;
  }

  /** What is still to come is announced, and small. */
  get endIsNear(): boolean {
    const remaining = this.receiver?.remaining ?? 0;
    return this.complete || (remaining >= 0 && remaining <= maxDrainedBytes);
  }

  /** Nobody gets the rest of its body. */
  breakBody(reason: Error): void {
    this.receiver?.body.break(reason);
  }

  /** Its answer is written, or will never be. */
  over(responseBytes: number, complete: boolean): void {
    this.report?.end(this.receiver?.bytes ?? 0, responseBytes, complete);
  }

  /** Forgets it. */
  finish(): void {
    // An upstream that comes late must not talk into the next exchange.
    if (this.request !== undefined) this.request.onInformational = undefined;
    this.cancellation?.detach();
    this.request = undefined;
    this.receiver = undefined;
    this.cancellation = undefined;
  }
}
