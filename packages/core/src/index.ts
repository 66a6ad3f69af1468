// For whoever runs workers.

export type { DrainReport } from "./executor/service-drain.ts";
export type { WorkerManager } from "./manager/worker-manager.ts";
export { createWorkerManager } from "./manager/worker-manager.ts";
export type { WorkerManagerOptions, WorkerSettings } from "./manager/worker-manager-options.ts";
export type { WorkerStats } from "./manager/worker-stats.ts";
export type { CrashReason, WorkerEvent } from "./workers/worker-events.ts";
export type { WorkerFigures } from "./workers/worker-figures.ts";

// What a worker manager is told, and what it answers.

export type { CommandOutcome, WorkerResult } from "./commands/result-group.ts";
export { ResultGroup } from "./commands/result-group.ts";
export type { ServiceCommand, ServiceCommandOf } from "./commands/service-command.ts";
export type { FactorySpec, InitSpec, ListenSpec, ModuleSpec, ServiceSpec } from "./commands/service-spec.ts";
export type { RuntimeConfig, RuntimeNotice, RuntimeOptions, RuntimeType } from "./manager/runtime-config.ts";
export { resolveRuntimeConfig, runtimeNotices } from "./manager/runtime-config.ts";

// For whoever writes the modules that commands name.

export type { Acceptor } from "./commands/acceptor.ts";
export type { CreateListener, CreateService, InitWorker, ServiceFactory } from "./commands/service-spec.ts";
export type { ServiceCounts, WorkerInfo, WorkerMode } from "./commands/worker-info.ts";

// For whoever runs services without a manager.

export type { BeginDrain, PreparedCommand } from "./executor/prepare-command.ts";
export type {
  CloseOptions,
  ExecutorOptions,
  ExecutorStats,
  ExecutorWorker,
  ServiceExecutor,
  SiteStats,
} from "./executor/service-executor.ts";
export { createServiceExecutor } from "./executor/service-executor.ts";

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
