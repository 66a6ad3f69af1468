// For whoever writes a service.

export type { CancelListener } from "./cancellation.ts";
export { Cancellation, cancellation } from "./cancellation.ts";
export type { ContextKey, Has, MayHave } from "./context-key.ts";
export { contextKey, requireFrom } from "./context-key.ts";
export { serviceFn } from "./functions.ts";
export type { Service } from "./service.ts";
export { SharedState } from "./shared-state.ts";

// For whoever writes a factory or a layer.

export type { FactoryLayer } from "./factory-layer.ts";
export { FunctionLayer, layerFn } from "./functions.ts";
export type { MakeLayeredOptions } from "./make-layered.ts";
export { makeInnermost, makeLayered } from "./make-layered.ts";
export type { Made, MakeService } from "./make-service.ts";
export type { ServiceType } from "./previous-service.ts";
export { chainOf, findPrevious } from "./previous-service.ts";

// For whoever puts a stack together.

export type { Forkable } from "./base-context.ts";
export { BaseContext } from "./base-context.ts";
export { FactoryStack } from "./factory-stack.ts";
export type { Filled } from "./filled.ts";
export type { Cloneable, CloneFactory } from "./fixed-factory.ts";
export { cloneFactory, fixedFactory } from "./fixed-factory.ts";
export { MapError, MapResponse, MapTarget, mapError, mapResponse, mapTarget } from "./mapping.ts";
export type { Either } from "./optional-layer.ts";
export { eitherLayer, optionalLayer } from "./optional-layer.ts";
export type { Provided, Without } from "./provide.ts";
export { Provide, provide } from "./provide.ts";

// For whoever runs services.

export { disposeChain } from "./dispose-chain.ts";
export type { Drainable } from "./drain-chain.ts";
export { drainChain } from "./drain-chain.ts";
export {
  AlreadyReleasedError,
  CancelledError,
  DisposeError,
  MissingContextError,
  ServiceAsyncError,
} from "./errors.ts";
export type { Seat } from "./roster.ts";
export { Roster } from "./roster.ts";
export { SharedService, shareService } from "./shared-service.ts";
