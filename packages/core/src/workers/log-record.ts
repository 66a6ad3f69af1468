import { type ErrorData, reviveError, serializeError } from "@monolake/errors";
import type { Logger, LogLevel } from "../logger.ts";
import type { LogRecord } from "./message-link.ts";

/** Makes a record that can be sent to another thread, its errors as data. */
export function toLogRecord(level: LogLevel, fields: object, message: string): LogRecord {
  const plain: Record<string, unknown> = {};
  const errors: Record<string, ErrorData> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) errors[name] = serializeError(value);
    else plain[name] = value;
  }
  return { level, fields: plain, errors, message };
}

/** Writes a record that came from worker `workerId`, with that number in its fields. */
export function writeLogRecord(record: LogRecord, workerId: number, logger: Logger): void {
  const fields: Record<string, unknown> = { worker: workerId, ...record.fields };
  for (const [name, data] of Object.entries(record.errors)) fields[name] = reviveError(data);
  logger[record.level](fields, record.message);
}
