import type { Logger } from "../logger.ts";
import type { WorkerEvent } from "../workers/worker-events.ts";

/** One record for an event. */
export function logWorkerEvent(event: WorkerEvent, logger: Logger): void {
  switch (event.type) {
    case "spawned":
    case "ready": {
      const { type, workerId: worker, ...fields } = event;
      return logger.debug(
        { worker, ...fields },
        type === "ready" ? "a worker is ready" : "a worker was made",
      );
    }
    case "crashed":
      return logger.error(
        { worker: event.workerId, err: event.error },
        event.reason === "uncaught" ? "a worker has to be replaced" : "a worker died",
      );
    case "respawned": {
      const { workerId: worker, afterMs, attempt } = event;
      return logger.info({ worker, afterMs, attempt }, "a worker was replaced");
    }
    case "respawn-failed": {
      const { workerId: worker, attempt, retryInMs, error: err } = event;
      return logger.error({ worker, attempt, retryInMs, err }, "a worker cannot be replaced yet");
    }
    case "retired":
      return logger.info({ worker: event.workerId, replaced: event.replaced }, "a worker has left");
    case "command": {
      const { command, site, outcome, durationMs, error } = event;
      const fields = { command, site, durationMs, ...(error === undefined ? {} : { err: error }) };
      return logger.debug(fields, outcome === "applied" ? "a command was applied" : "a command failed");
    }
    case "drained": {
      const { type: _, workerId: worker, ...fields } = event;
      const level = event.broken > 0 ? "warn" : "debug";
      return logger[level]({ worker, ...fields }, "the connections of a service that was drained are over");
    }
    default: {
      const never: never = event;
      throw new TypeError(`unknown event ${JSON.stringify(never)}`);
    }
  }
}
