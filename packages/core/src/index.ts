// For whoever runs workers.

export type { CrashReason, DrainReport, WorkerEvent } from "./worker-events.ts";
export type { ServiceCounts, WorkerFigures } from "./worker-figures.ts";
export type { WorkerManager, WorkerStats } from "./worker-manager.ts";
export { createWorkerManager } from "./worker-manager.ts";
export type { WorkerManagerOptions, WorkerMode, WorkerSettings } from "./worker-manager-options.ts";

// What a worker manager is told, and what it answers.

export type { CommandOutcome, WorkerResult } from "./result-group.ts";
export { ResultGroup } from "./result-group.ts";
export type { RuntimeConfig, RuntimeNotice, RuntimeOptions, RuntimeType } from "./runtime-config.ts";
export { resolveRuntimeConfig, runtimeNotices } from "./runtime-config.ts";
export type { ServiceCommand, ServiceCommandOf } from "./service-command.ts";
export type { FactorySpec, InitSpec, ListenSpec, ModuleSpec, ServiceSpec } from "./service-spec.ts";

// For whoever writes the modules that commands name.

export type { Acceptor } from "./acceptor.ts";
export type {
  CreateListener,
  CreateService,
  InitWorker,
  ServiceFactory,
  WorkerInfo,
} from "./service-spec.ts";

// For whoever runs services without a manager.

export type { BeginDrain, PreparedCommand } from "./prepare-command.ts";
export type {
  CloseOptions,
  ExecutorOptions,
  ExecutorStats,
  ExecutorWorker,
  ServiceExecutor,
  SiteStats,
} from "./service-executor.ts";
export { createServiceExecutor } from "./service-executor.ts";

// What is logged.

export type { Logger, LogLevel, LogMethod } from "./logger.ts";
export { createLogger, logLevels, silentLogger } from "./logger.ts";

// What can go wrong.

export {
  BuildListenerError,
  BuildServiceError,
  CoreClosedError,
  GracePeriodOverError,
  ListenerClosedError,
  PreparationNotExistError,
  PreviousHandlerNotExistError,
  RuntimeConfigError,
  SiteNotExistError,
  SpecError,
  SpecNotTransferableError,
  WorkerDiedError,
  WorkerStartError,
  WorkerStartTimeoutError,
} from "./errors.ts";
