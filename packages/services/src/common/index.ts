// The outermost layer of every stack.

export { clientAddress, localAddress, peerAddress, remoteAddress } from "./addresses.ts";
export type { ConnectionContextOptions } from "./connection-context.ts";
export { ConnectionContext, connectionContext } from "./connection-context.ts";

// Right inside of it: how many connections an address may have.

export type {
  ConnectionsPerAddressContext,
  ConnectionsPerAddressOptions,
} from "./connections-per-address.ts";
export { ConnectionsPerAddress, connectionsPerAddress } from "./connections-per-address.ts";

// Layers for services of any kind.

export { cancelOnDispose } from "./cancel-on-dispose.ts";
export type { CatchErrorsOptions } from "./catch-errors.ts";
export { CatchErrors, catchErrors } from "./catch-errors.ts";
export type { DelayOptions } from "./delay.ts";
export { Delay, delay } from "./delay.ts";
export { EraseResponse, eraseResponse } from "./erase-response.ts";
export { releaseResponse } from "./release-response.ts";
export type { TimeoutContext, TimeoutOptions } from "./timeout.ts";
export { Timeout, timeout } from "./timeout.ts";

// Telling by the first bytes what a connection is for.

export type { DetectSettings } from "./detection/detect.ts";
export { Detect, detect } from "./detection/detect.ts";
export type { DetectEitherSettings } from "./detection/detect-either.ts";
export { DetectEither, detectEither } from "./detection/detect-either.ts";
export type { Detection, Detector } from "./detection/detector.ts";
export { fixedLengthDetector, prefixDetector } from "./detection/detector.ts";
export type { Detected, DetectOptions, RunDetectorOptions } from "./detection/run-detector.ts";
export { runDetector } from "./detection/run-detector.ts";

// Whom to believe.

export { isTrustedProxyEntry, TrustedProxies } from "./trusted-proxies.ts";

// Load balancing.

export { createFirstSelector } from "./load-balancing/first-selector.ts";
export type {
  LoadBalancer,
  LoadBalancerOptions,
  LoadBalanceStrategy,
} from "./load-balancing/load-balancer.ts";
export { createLoadBalancer, loadBalanceStrategies } from "./load-balancing/load-balancer.ts";
export { createRandomSelector } from "./load-balancing/random-selector.ts";
export type { RoundRobinOptions, RoundRobinState } from "./load-balancing/round-robin-selector.ts";
export { createRoundRobinSelector } from "./load-balancing/round-robin-selector.ts";
export type { RandomOptions, Selector } from "./load-balancing/selector.ts";
export { createWeightedRandomSelector } from "./load-balancing/weighted-random-selector.ts";

// What can go wrong.

export {
  DetectEndedError,
  DetectTimeoutError,
  ServiceFailedError,
  ServiceTimeoutError,
  TrustedProxyInvalidError,
} from "./errors.ts";
export type { LoadBalancerWeightProblem } from "./load-balancing/errors.ts";
export { LoadBalancerEmptyError, LoadBalancerWeightError } from "./load-balancing/errors.ts";
