import { escapeBytes, escapeUnicode, utf8Bytes } from "./escape-text.ts";
import type { FormatScope, Piece } from "./format-scope.ts";
import { parseTemplate, type TemplatePart } from "./parse-template.ts";
import { optionalPiece, type ValueStyle, valuePiece } from "./value-piece.ts";
import { accessVariables, type ReadValue } from "./variables.ts";

const style: ValueStyle = {
  absent: "-",
  plain: (text) => text,
  bytes: escapeBytes,
  unicode: escapeUnicode,
};
const none = style.absent;

/** The status of nginx's logs for a client that went away before it was answered; it is never sent. */
const clientGoneStatus = "499";

/** The pieces of a template. Throws ERR_ACCESS_LOG_FORMAT. */
export const templatePieces = (template: string, scope: FormatScope): readonly Piece[] =>
  parseTemplate(template).map((part) => textPiece(part, scope));

const combinedTemplate =
  '$remote_addr - - [$time_local] "$request_line" $status $response_bytes "$referer" "$user_agent"';

/** The pieces of the Combined Log Format of Apache httpd. */
export const combinedPieces = (scope: FormatScope): readonly Piece[] =>
  parseTemplate(combinedTemplate).map((part) =>
    part.type === "variable" && part.name === "response_bytes" ? clfBytes : textPiece(part, scope),
  );

/** `%b` of Apache httpd: a dash instead of 0. */
const clfBytes: ReadValue<string> = ({ responseBytes }) =>
  responseBytes === 0 ? none : String(responseBytes);

function textPiece(part: TemplatePart, scope: FormatScope): Piece {
  switch (part.type) {
    case "text":
      return utf8Bytes(part.text);
    case "constant":
      return part.name === "server"
        ? escapeUnicode(scope.server ?? none)
        : String(scope.configVersion ?? none);
    case "variable":
      return part.name === "status" ? statusText : valuePiece(accessVariables[part.name], scope, style);
    case "request-field":
      return bytesPiece(scope.requestField(part.field));
    case "response-field":
      return bytesPiece(scope.responseField(part.field));
    case "request-line":
      return requestLine(scope);
    default: {
      const never: never = part;
      throw new TypeError(`unknown part ${JSON.stringify(never)}`);
    }
  }
}

const statusText: ReadValue<string> = ({ response }) =>
  response === undefined ? clientGoneStatus : String(response.status);

const bytesPiece = (read: ReadValue<string | undefined>): ReadValue<string> =>
  optionalPiece(read, escapeBytes, none);

/** `GET /path HTTP/1.1`, from the request as it came. */
function requestLine(scope: FormatScope): ReadValue<string> {
  const readTarget = scope.target(accessVariables.target.read);
  const readProtocol = accessVariables.protocol.read;
  return (exchange, record) => {
    const { method } = exchange;
    if (method === undefined) return none;
    return escapeBytes(`${method} ${readTarget(exchange, record)} ${readProtocol(exchange, record)}`);
  };
}
