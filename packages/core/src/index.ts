// For whoever runs workers.

export type { Acceptor } from "./acceptor.ts";
// For whoever writes the modules that commands name.
export { destroyAccepted } from "./acceptor.ts";
// For whoever catches an error.
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
} from "./errors.ts";
export type { Logger, LogLevel, LogMethod } from "./logger.ts";
export { silentLogger } from "./logger.ts";
// For whoever runs services without a manager.
export type { PreparedCommand } from "./prepare-command.ts";
export type { WorkerResult } from "./result-group.ts";
export { ResultGroup } from "./result-group.ts";
export type { RuntimeConfig, RuntimeNotice, RuntimeOptions, RuntimeType } from "./runtime-config.ts";
export { resolveRuntimeConfig, runtimeNotices } from "./runtime-config.ts";
export type { ServiceCommand, ServiceCommandOf } from "./service-command.ts";
export type { CloseOptions, ExecutorStats, ServiceExecutor, SiteStats } from "./service-executor.ts";
export { createServiceExecutor } from "./service-executor.ts";
export type {
  CreateListener,
  CreateService,
  FactorySpec,
  InitSpec,
  InitWorker,
  ListenSpec,
  ModuleSpec,
  ServiceFactory,
  ServiceSpec,
  WorkerInfo,
} from "./service-spec.ts";
export type { CommandOutcome, WorkerManager, WorkerStats } from "./worker-manager.ts";
export { createWorkerManager } from "./worker-manager.ts";
export type { WorkerManagerOptions, WorkerMode } from "./worker-manager-options.ts";
