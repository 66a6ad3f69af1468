import { escapeBytes, escapeUnicode, utf8Bytes } from "./escape-text.ts";
import type { FormatScope, Piece } from "./format-scope.ts";
import { formatMs } from "./format-values.ts";
import { parseTemplate, type TemplatePart } from "./parse-template.ts";
import { type AccessVariable, accessVariables, type ReadValue } from "./variables.ts";

/** What stands for a value that there is none of. */
const none = "-";

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
      return part.name === "status" ? statusText : variablePiece(accessVariables[part.name], scope);
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

function variablePiece(variable: AccessVariable, scope: FormatScope): Piece {
  switch (variable.kind) {
    case "plain": {
      const { read } = variable;
      return (exchange, record) => read(exchange, record) ?? none;
    }
    case "target":
      return bytesPiece(scope.target(variable.read));
    case "bytes":
      return bytesPiece(variable.read);
    case "unicode":
      return optional(variable.read, escapeUnicode);
    case "count":
      return optional(variable.read, String);
    case "duration":
      return optional(variable.read, formatMs);
    case "flag": {
      const { read } = variable;
      return (exchange, record) => String(read(exchange, record));
    }
    default: {
      const never: never = variable;
      throw new TypeError(`unknown variable ${JSON.stringify(never)}`);
    }
  }
}

const optional =
  <Value>(read: ReadValue<Value | undefined>, format: (value: Value) => string): ReadValue<string> =>
  (exchange, record) => {
    const value = read(exchange, record);
    return value === undefined ? none : format(value);
  };

const bytesPiece = (read: ReadValue<string | undefined>): ReadValue<string> => optional(read, escapeBytes);

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
