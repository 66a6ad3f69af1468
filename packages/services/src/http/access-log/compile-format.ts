import type { HttpExchange } from "@monolake/http";
import { AccessLogFormatError } from "./errors.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { FormatScope, type LineOptions, type Piece } from "./format-scope.ts";
import { jsonPieces } from "./json-pieces.ts";
import { nearestName } from "./nearest-name.ts";
import { combinedPieces, templatePieces } from "./text-pieces.ts";
import type { ReadValue } from "./variables.ts";

/** Makes the lines of an access log. */
export interface LineFormat {
  /** The request fields that it wants noted before services edit them, in the order of `ExchangeRecord.requestFields`. */
  readonly requestFields: readonly string[];
  /** One line with its end: a character for each byte. */
  readonly line: (exchange: HttpExchange, record: ExchangeRecord | undefined) => string;
}

/** Compiles `combined`, `json` or a template. Throws ERR_ACCESS_LOG_FORMAT. */
export function compileFormat(format: string, options: LineOptions = {}): LineFormat {
  const scope = new FormatScope(options);
  const pieces = piecesOf(format, scope);
  return { requestFields: scope.requestFields, line: join([...pieces, "\n"]) };
}

/** What is wrong with a format, for whoever checks a configuration; undefined when it can be used. */
export function checkAccessLogFormat(format: string): AccessLogFormatError | undefined {
  try {
    compileFormat(format);
    return undefined;
  } catch (error) {
    if (error instanceof AccessLogFormatError) return error;
    throw error;
  }
}

function piecesOf(format: string, scope: FormatScope): readonly Piece[] {
  if (format === "combined") return combinedPieces(scope);
  if (format === "json") return jsonPieces(scope);
  if (format.includes("$")) return templatePieces(format, scope);
  const suggestion = nearestName(format, ["combined", "json"]);
  throw new AccessLogFormatError({
    format,
    position: 0,
    problem: "unknown-format",
    found: format,
    suggestion,
  });
}

/** One function that makes a line of all pieces. */
function join(pieces: readonly Piece[]): LineFormat["line"] {
  const reads: ReadValue<string>[] = [];
  /** The text before each of `reads`, and at the end the text behind the last. */
  const texts = [""];
  for (const piece of pieces) {
    if (typeof piece === "string") texts[texts.length - 1] += piece;
    else {
      reads.push(piece);
      texts.push("");
    }
  }
  return (exchange, record) => {
    let line = texts[0] as string;
    for (let index = 0; index < reads.length; index += 1) {
      line += (reads[index] as ReadValue<string>)(exchange, record);
      line += texts[index + 1] as string;
    }
    return line;
  };
}
