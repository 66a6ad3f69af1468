import { defineError } from "@monolake/errors";

/** A template of a route, such as its `rewrite`, cannot be used. `position` counts its characters (UTF-16 code units) from 0. */
export class RouteTemplateInvalidError extends defineError({
  code: "ERR_ROUTE_TEMPLATE_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { template: string; position: number; problem: string }) =>
    `${JSON.stringify(fields.template)} is invalid at position ${fields.position}: ${fields.problem}`,
}) {}

/** A route edits a header field that is not a matter of configuration: it frames messages, or concerns one connection only. */
export class HeaderEditInvalidError extends defineError({
  code: "ERR_HEADER_EDIT_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { field: string; problem: string }) =>
    `header field ${JSON.stringify(fields.field)}: ${fields.problem}`,
}) {}

/** A route's own answer cannot be given: its status, or what it has to say, makes no response. */
export class RouteAnswerInvalidError extends defineError({
  code: "ERR_ROUTE_ANSWER_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { problem: string }) => `an answer of a route is invalid: ${fields.problem}`,
}) {}
