import type { LogLevel } from "@monolake/core";
import { type Logger, pino } from "pino";

/** The levels that the command line and the environment may name. */
export const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** The proxy's log: one JSON object a line on standard output. */
export const createProxyLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
