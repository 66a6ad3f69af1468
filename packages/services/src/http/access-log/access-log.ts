import type { MonolakeError } from "@monolake/errors";
import type { HttpContext, HttpExchange, HttpRequest } from "@monolake/http";
import { contextKey, type MayHave, SharedState } from "@monolake/service-async";
import { compileFormat, type LineFormat } from "./compile-format.ts";
import { ExchangeRecord, type exchangeRecord } from "./exchange-record.ts";
import { LogFile } from "./log-file.ts";
import { LogWriter } from "./log-writer.ts";
import { StandardOutput } from "./standard-output.ts";

/** What an access log says, and where. */
export interface AccessLogOptions {
  /** `combined`, `json`, or a template: `"$remote_addr $method $target $status $duration_ms"`. Default `combined`. */
  readonly format?: string | undefined;
  /** The path of a file to append to, or `stdout`. */
  readonly target: string;
  /** How long a line may wait for others to be written with it. Default 1,000. */
  readonly flushMs?: number | undefined;
  /** Lines that come while this many bytes wait are dropped and counted. Default 8 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** False leaves out what follows the first `?` of targets and of URLs in header fields. Default true. */
  readonly query?: boolean | undefined;
  /** Paths of requests whose query is a secret, as of a login's callback: it is left out in any case. Default none. */
  readonly secretQueryPaths?: readonly string[] | undefined;
  /** Which server this is: the variable `server`. */
  readonly server?: string | undefined;
  /** Which configuration it serves with: the variable `config_version`. */
  readonly configVersion?: number | undefined;
  /** Hears ERR_ACCESS_LOG_WRITE and ERR_ACCESS_LOG_DROPPED, each once until lines are written again. */
  readonly onProblem?: ((problem: MonolakeError) => void) | undefined;
}

/** Writes a line for each exchange of an HTTP server. Made by {@link createAccessLog}. */
export class AccessLog implements AsyncDisposable {
  readonly #writer: SharedState<LogWriter>;
  readonly #format: LineFormat;

  constructor(writer: SharedState<LogWriter>, format: LineFormat) {
    this.#writer = writer;
    this.#format = format;
  }

  /** The writer, with a holder more, if it writes to `target` and has not ended. */
  inheritWriter(target: string, create: () => LogWriter): SharedState<LogWriter> {
    const same = this.#writer.value.target.name === target;
    return SharedState.inherit(same ? this.#writer : undefined, create);
  }

  /** Notes what services may change before the exchange is over, and has them note how they serve it. */
  begin(request: HttpRequest, context: HttpContext): void {
    const { requestFields } = this.#format;
    const values = new Array<string | undefined>(requestFields.length);
    for (let index = 0; index < values.length; index += 1) {
      values[index] = request.headers.get(requestFields[index] as string);
    }
    (context as RecordedContext).exchangeRecord = new ExchangeRecord(values);
  }

  /** Adds the line of an exchange that is over. */
  end(exchange: HttpExchange): void {
    const record = (exchange.context as RecordedContext).exchangeRecord;
    this.#writer.value.write(this.#format.line(exchange, record));
  }

  /** Writes what has come so far. */
  flush(): Promise<void> {
    return this.#writer.value.flush();
  }

  /** Writes what is left, unless a successor goes on with the same writer. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer.release();
  }
}

/** The slot of a context for the log of its server; empty where there is none. */
export const accessLog = contextKey<AccessLog>()("accessLog");

/** A context as the log writes to it. */
type RecordedContext = {
  -readonly [Name in keyof MayHave<typeof exchangeRecord>]: MayHave<typeof exchangeRecord>[Name];
};

/**
 * Makes an access log. `previous` hands its writer on, with what waits in it, when it writes to the same target.
 *
 * Rejects with ERR_ACCESS_LOG_FORMAT for a format that cannot be used, and ERR_ACCESS_LOG_OPEN for a file that cannot be
 * appended to.
 */
export async function createAccessLog(options: AccessLogOptions, previous?: AccessLog): Promise<AccessLog> {
  const format = compileFormat(options.format ?? "combined", options);
  const { target } = options;
  const create = () =>
    new LogWriter(target === "stdout" ? new StandardOutput() : new LogFile(target), options);
  const writer = previous?.inheritWriter(target, create) ?? new SharedState(create());
  try {
    await writer.value.target.open();
  } catch (error) {
    await writer.release();
    throw error;
  }
  writer.value.update(options);
  return new AccessLog(writer, format);
}
