// The layers of an HTTP stack, from the outside in.

export { AccessLogging, accessLogging, accessLogHooks } from "./access-log/access-logging.ts";
export type { ClientCertificateFieldOptions } from "./client-certificate.ts";
export { ClientCertificateField, clientCertificateField } from "./client-certificate.ts";
export { ConnectionReuse, connectionReuse } from "./connection-reuse.ts";
export { ContentHandler, contentHandler } from "./content/content-handler.ts";
export type { ContentHandlerOptions } from "./content/content-handler-options.ts";
export type { ClientAddressContext, ClientAddressOptions } from "./forwarding/client-address.ts";
export { ClientAddress, clientAddressing } from "./forwarding/client-address.ts";
export type { RequestIdContext, RequestIdOptions } from "./forwarding/request-id.ts";
export { RequestId, requestId, requestIds } from "./forwarding/request-id.ts";
export type { ViaOptions } from "./forwarding/via.ts";
export { Via, via } from "./forwarding/via.ts";
export { answerOfLastRecipient } from "./max-forwards.ts";
export type { ActOnRoutesContext } from "./rewriting/act-on-routes.ts";
export { ActOnRoutes, actOnRoutes } from "./rewriting/act-on-routes.ts";
export type { HttpRouteConfig, MatchedRoute } from "./route.ts";
export { matchedRoute, Route, route } from "./route.ts";
export type { HttpUpstreamContext, HttpUpstreamOptions } from "./upstream.ts";
export { HttpUpstream, httpUpstream } from "./upstream.ts";

// Their parts, for layers of your own.

export { isTrustedProxyEntry, TrustedProxies } from "../common/trusted-proxies.ts";
export type { AccessLogOptions } from "./access-log/access-log.ts";
export { AccessLog, accessLog } from "./access-log/access-log.ts";
export { checkAccessLogFormat } from "./access-log/compile-format.ts";
export { ExchangeRecord, exchangeRecord, UpstreamRecord } from "./access-log/exchange-record.ts";
export type { ContentCoding } from "./content/codings.ts";
export { isContentTypePattern } from "./content/content-types.ts";
export type { ForwardingContext, ForwardingOptions } from "./forwarding/forwarding-fields.ts";
export { ForwardingFields } from "./forwarding/forwarding-fields.ts";
export { removeHopByHop } from "./hop-by-hop.ts";
export type { HttpHeaderEdits } from "./rewriting/header-edits.ts";
export type { RouteActionsConfig } from "./rewriting/route-actions.ts";
export { RouteActions } from "./rewriting/route-actions.ts";
export type { RouteAnswerConfig } from "./rewriting/route-answer.ts";
export type { TemplateContext, TemplateValues } from "./rewriting/template-values.ts";
export type { RouteVerdict } from "./routing/explain-routes.ts";
export { explainRoutes } from "./routing/explain-routes.ts";
export { normalTarget } from "./routing/normal-target.ts";
export type { Mismatch, RouteMatchConfig } from "./routing/route-conditions.ts";
export type { ConditionalRoute } from "./routing/route-table.ts";
export { RouteTable } from "./routing/route-table.ts";
export type { RouteDefinition, RouteMatch, RouteParameters, Router } from "./routing/router.ts";
export { createRouter } from "./routing/router.ts";
export type { PathMode, UpstreamPath, UpstreamPathOptions } from "./routing/upstream-path.ts";
export { resolveUpstreamPath, upstreamPathOf } from "./routing/upstream-path.ts";
export type { HttpEndpoint, HttpUpstreamConfig, HttpUpstreamTarget } from "./upstream-target.ts";
export { upstreamTarget } from "./upstream-target.ts";

// What can go wrong.

export { TrustedProxyInvalidError } from "../common/errors.ts";
export type { AccessLogFormatProblem } from "./access-log/errors.ts";
export {
  AccessLogDroppedError,
  AccessLogFormatError,
  AccessLogOpenError,
  AccessLogWriteError,
} from "./access-log/errors.ts";
export {
  ContentBusyError,
  ContentDecodingError,
  ContentEncodingError,
  ContentTooLargeError,
} from "./content/errors.ts";
export {
  HeaderEditInvalidError,
  RouteAnswerInvalidError,
  RouteTemplateInvalidError,
} from "./rewriting/errors.ts";
export type { RoutePatternProblem } from "./routing/errors.ts";
export { RouteConflictError, RoutePatternInvalidError } from "./routing/errors.ts";
