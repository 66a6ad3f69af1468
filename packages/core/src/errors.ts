import { defineError } from "@monolake/errors";

/** A runtime option has a value that it cannot have. */
export class RuntimeConfigError extends defineError({
  code: "ERR_RUNTIME_CONFIG",
  source: "internal",
  retryable: false,
  message: (f: { key: string; value: string; expected: string }) =>
    `the runtime option ${f.key} is ${f.value}, expected ${f.expected}`,
}) {}

/** A module or function that a specification names does not hold what it should. */
export class SpecError extends defineError({
  code: "ERR_SPEC",
  source: "internal",
  retryable: false,
  message: (f: { module: string; expected: string }) => `${f.module} has no ${f.expected}`,
}) {}

/** A command for worker threads carries something that cannot be sent to a thread, such as a function. */
export class SpecNotTransferableError extends defineError({
  code: "ERR_SPEC_NOT_TRANSFERABLE",
  source: "internal",
  retryable: false,
  message: (f: { what: string }) =>
    `${f.what} cannot be sent to a worker thread, expected a module's URL and a configuration that structured clone accepts`,
}) {}

/** The factory of a service, or the module that it comes from, failed; the cause says how. Nothing was changed. */
export class BuildServiceError extends defineError({
  code: "ERR_BUILD_SERVICE",
  source: "internal",
  retryable: false,
  message: (f: { site: string; module: string; reason: string }) =>
    `building the service of site ${f.site} from ${f.module} failed: ${f.reason}`,
}) {}

/** The factory of a listener, or the module that it comes from, failed; the cause says how. What was staged stays. */
export class BuildListenerError extends defineError({
  code: "ERR_BUILD_LISTENER",
  source: "internal",
  retryable: false,
  message: (f: { site: string; module: string; reason: string }) =>
    `building the listener of site ${f.site} from ${f.module} failed: ${f.reason}`,
}) {}

/** A command names a site that the worker does not know. */
export class SiteNotExistError extends defineError({
  code: "ERR_SITE_NOT_EXIST",
  source: "internal",
  retryable: false,
  message: (f: { site: string; command: string }) =>
    `${f.command} of site ${f.site}, which does not exist, expected a precommit first`,
}) {}

/** An update or a commit finds no staged service. */
export class PreparationNotExistError extends defineError({
  code: "ERR_PREPARATION_NOT_EXIST",
  source: "internal",
  retryable: false,
  message: (f: { site: string; command: string }) =>
    `${f.command} of site ${f.site}, which has no staged service, expected a precommit first`,
}) {}

/** An update finds no committed service that it could replace. */
export class PreviousHandlerNotExistError extends defineError({
  code: "ERR_PREVIOUS_HANDLER_NOT_EXIST",
  source: "internal",
  retryable: false,
  message: (f: { site: string; command: string }) =>
    `${f.command} of site ${f.site}, which has no committed service, expected a commit first`,
}) {}

/** A worker ended although nobody asked it to, or had to be ended. Everything that was asked of it fails with this. */
export class WorkerDiedError extends defineError({
  code: "ERR_WORKER_DIED",
  source: "internal",
  retryable: true,
  message: (f: {
    workerId: number;
    /** 128 and the number of the signal where a signal ended a process. */
    exitCode: number;
    reason: "exited" | "out-of-memory" | "unresponsive" | "uncaught";
  }) => {
    const how = {
      exited: `died with exit code ${f.exitCode}`,
      "out-of-memory": "ran out of heap",
      unresponsive: "did not give a sign of life for too long",
      uncaught: "is in an unknown state after an uncaught error",
    };
    return `worker ${f.workerId} ${how[f.reason]}`;
  },
}) {}

/** A worker could not start: its thread or its init hook failed; the cause says how. */
export class WorkerStartError extends defineError({
  code: "ERR_WORKER_START",
  source: "internal",
  retryable: false,
  message: (f: { workerId: number; reason: string }) => `worker ${f.workerId} could not start: ${f.reason}`,
}) {}

/** The worker manager, or an executor by itself, was closed before or while a command ran. */
export class CoreClosedError extends defineError({
  code: "ERR_CORE_CLOSED",
  source: "internal",
  retryable: false,
  message: (f: { what: string }) => `the ${f.what} is closed`,
}) {}

/** A worker was not ready within the time that it has for starting; it was ended. */
export class WorkerStartTimeoutError extends defineError({
  code: "ERR_WORKER_START_TIMEOUT",
  source: "internal",
  retryable: true,
  message: (f: { workerId: number; limitMs: number }) =>
    `worker ${f.workerId} was not ready ${f.limitMs} ms after it was started`,
}) {}

/** Why a connection was broken: it was still open when the time for its service's end, or the worker's, was over. */
export class GracePeriodOverError extends defineError({
  code: "ERR_GRACE_PERIOD_OVER",
  source: "internal",
  retryable: true,
  message: (f: { graceMs: number }) => `the connection was still open ${f.graceMs} ms after the stop signal`,
}) {}

/** Why a connection was broken: its listener delivered it although it had been closed. */
export class ListenerClosedError extends defineError({
  code: "ERR_LISTENER_CLOSED",
  source: "internal",
  retryable: true,
  message: (f: { site: string }) => `the listener of site ${f.site} was closed`,
}) {}
