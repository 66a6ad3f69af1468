import { createLogger, type Logger, type LogLevel } from "@monolake/core";

/** One record as a logger got it. */
export interface Recorded {
  readonly level: LogLevel;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A logger that keeps everything, and what a test asks of it. */
export interface RecordingLogger extends Logger {
  readonly records: readonly Recorded[];
  /** The `event` fields of the fixtures since the last call, in the order in which they came. */
  readonly takeEvents: () => string[];
  /** The port of the latest listener of that name, in that worker. */
  readonly portOf: (name: string, worker?: number) => number;
  /** Resolves with the first record, past or to come, that `matches`. */
  readonly waitFor: (matches: (record: Recorded) => boolean) => Promise<Recorded>;
}

export function recordingLogger(): RecordingLogger {
  const records: Recorded[] = [];
  const waiting = new Set<(record: Recorded) => void>();
  let taken = 0;
  const logger = createLogger("trace", (level, fields, message) => {
    const record = { level, fields: fields as Record<string, unknown>, message };
    records.push(record);
    for (const check of [...waiting]) check(record);
  });
  return {
    ...logger,
    records,
    takeEvents() {
      const since = records.slice(taken);
      taken = records.length;
      return since.flatMap(({ fields }) => (typeof fields["event"] === "string" ? [fields["event"]] : []));
    },
    portOf(name, worker = 0) {
      const found = records.findLast(
        ({ fields }) => fields["event"] === `listening ${name}` && fields["worker"] === worker,
      );
      if (found === undefined) throw new Error(`no listener ${name} was made in worker ${worker}`);
      return found.fields["port"] as number;
    },
    waitFor(matches) {
      const found = records.find(matches);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => {
        const check = (record: Recorded) => {
          if (!matches(record)) return;
          waiting.delete(check);
          resolve(record);
        };
        waiting.add(check);
      });
    },
  };
}
