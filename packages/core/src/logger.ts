/** How much a record matters, from least to most. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Writes one record. An error goes into the field `err`, where pino and its like print message, stack and causes. */
export type LogMethod = (fields: object, message: string) => void;

/** What core reports to: the six methods that a pino logger has. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
}

/** All levels, from least to most. */
export const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

const ignore: LogMethod = () => {};

/** Makes a logger that hands every record of `leastLevel` or above to `write`, and drops the rest at no cost. */
export function createLogger(
  leastLevel: LogLevel,
  write: (level: LogLevel, fields: object, message: string) => void,
): Logger {
  const least = logLevels.indexOf(leastLevel);
  const method = (level: LogLevel): LogMethod =>
    logLevels.indexOf(level) < least ? ignore : (fields, message) => write(level, fields, message);
  return {
    trace: method("trace"),
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    fatal: method("fatal"),
  };
}

/** A logger that drops everything. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
};
