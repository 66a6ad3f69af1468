import { defineError } from "@monolake/errors";

/** Why a head was refused; stable, for logs and metrics. */
export type HeadRefusal =
  | "byte-not-allowed"
  | "bare-cr"
  | "bare-lf"
  | "too-many-empty-lines"
  | "method-invalid"
  | "method-unknown"
  | "request-line-invalid"
  | "status-line-invalid"
  | "target-invalid"
  | "target-too-long"
  | "version-invalid"
  | "version-not-supported"
  | "head-too-large"
  | "too-many-fields"
  | "field-name-invalid"
  | "field-name-ambiguous"
  | "field-without-colon"
  | "field-value-invalid"
  | "line-folded"
  | "host-missing"
  | "host-repeated"
  | "host-invalid"
  | "content-length-invalid"
  | "content-length-repeated"
  | "transfer-encoding-invalid"
  | "transfer-encoding-unknown"
  | "transfer-encoding-with-content-length"
  | "transfer-encoding-in-http-1.0"
  | "refused-by-llhttp"
  | "read-differently-by-llhttp";

/** What is known of a refused head. */
export interface HeadRefusalFields {
  readonly reason: HeadRefusal;
  /** Line of the head, the first is 1. */
  readonly line: number;
  /** What stands there: printable ASCII with escapes, at most 64 characters. */
  readonly found: string;
}

const place = ({ reason, line, found }: HeadRefusalFields): string =>
  `${reason.replaceAll("-", " ")} in line ${line}${found === "" ? "" : `, found ${found}`}`;

/** A request whose head is refused: to be answered with `status`, and its connection closed. */
export class HttpHeadError extends defineError({
  code: "ERR_HTTP_REQUEST_HEAD",
  source: "downstream",
  retryable: false,
  message: (fields: HeadRefusalFields & { readonly status: 400 | 414 | 431 | 501 | 505 }) =>
    `refused request head: ${place(fields)}`,
}) {}

/** A response whose head is refused: nothing of it can be trusted, and its connection has to be closed. */
export class HttpResponseHeadError extends defineError({
  code: "ERR_HTTP_RESPONSE_HEAD",
  source: "upstream",
  retryable: false,
  message: (fields: HeadRefusalFields) => `refused response head: ${place(fields)}`,
}) {}

/** A header field that a program tried to set and that could not be sent as it is. */
export class HttpHeaderInvalidError extends defineError({
  code: "ERR_HTTP_HEADER_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly field: string; readonly what: "name" | "value"; readonly found: string }) =>
    fields.what === "name"
      ? `header field name ${fields.found} is no token`
      : `value of header field ${fields.field} holds a control or a character above U+00FF: ${fields.found}`,
}) {}
