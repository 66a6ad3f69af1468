import { jsonString, jsonStringOfBytes } from "./escape-text.ts";
import type { FormatScope, Piece } from "./format-scope.ts";
import { optionalPiece, type ValueStyle, valuePiece } from "./value-piece.ts";
import { accessVariables } from "./variables.ts";

const style: ValueStyle = {
  absent: "null",
  plain: (text) => `"${text}"`,
  bytes: jsonStringOfBytes,
  unicode: jsonString,
};

/** The fields of a line in their order. Every line has all of them; they keep their names, new ones come at the end. */
function jsonFields(scope: FormatScope): Readonly<Record<string, Piece>> {
  const value = (name: keyof typeof accessVariables) => valuePiece(accessVariables[name], scope, style);
  const field = (name: string) => optionalPiece(scope.requestField(name), style.bytes, style.absent);
  return {
    time: value("time_iso"),
    server: scope.server === undefined ? style.absent : jsonString(scope.server),
    config_version: scope.configVersion === undefined ? style.absent : String(scope.configVersion),
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
