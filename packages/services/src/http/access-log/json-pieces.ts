import { jsonString, jsonStringOfBytes } from "./escape-text.ts";
import type { FormatScope, Piece } from "./format-scope.ts";
import { formatMs } from "./format-values.ts";
import { type AccessVariable, accessVariables, type ReadValue } from "./variables.ts";

const absent = "null";

/** The fields of a line in their order. Every line has all of them; they keep their names, new ones come at the end. */
function jsonFields(scope: FormatScope): Readonly<Record<string, Piece>> {
  const value = (name: keyof typeof accessVariables) => jsonPiece(accessVariables[name], scope);
  const field = (name: string) => optional(scope.requestField(name), jsonStringOfBytes);
  return {
    time: value("time_iso"),
    server: scope.server === undefined ? absent : jsonString(scope.server),
    config_version: scope.configVersion === undefined ? absent : String(scope.configVersion),
    remote_addr: value("remote_addr"),
    remote_port: value("remote_port"),
    method: value("method"),
    target: value("target"),
    host: field("host"),
    protocol: value("protocol"),
    status: value("status"),
    request_bytes: value("request_bytes"),
    response_bytes: value("response_bytes"),
    handler_ms: value("handler_ms"),
    duration_ms: value("duration_ms"),
    route: value("route"),
    upstream_addr: value("upstream_addr"),
    upstream_attempts: value("upstream_attempts"),
    upstream_connect_ms: value("upstream_connect_ms"),
    upstream_head_ms: value("upstream_head_ms"),
    referer: field("referer"),
    user_agent: field("user-agent"),
    complete: value("complete"),
    error_code: value("error_code"),
  };
}

/** The pieces of one JSON object. */
export function jsonPieces(scope: FormatScope): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [name, piece] of Object.entries(jsonFields(scope))) {
    pieces.push(`${pieces.length === 0 ? "{" : ","}${JSON.stringify(name)}:`, piece);
  }
  return [...pieces, "}"];
}

function jsonPiece(variable: AccessVariable, scope: FormatScope): Piece {
  switch (variable.kind) {
    case "plain":
      return optional(variable.read, (text) => `"${text}"`);
    case "target":
      return optional(scope.target(variable.read), jsonStringOfBytes);
    case "bytes":
      return optional(variable.read, jsonStringOfBytes);
    case "unicode":
      return optional(variable.read, jsonString);
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
    return value === undefined ? absent : format(value);
  };
