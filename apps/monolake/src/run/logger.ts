import type { LogLevel } from "@monolake/core";
import { type Logger, pino } from "pino";
import { LogOutput } from "./log-output.ts";

/** The proxy's log: one JSON object a line on standard output. */
export const createProxyLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, new LogOutput());
