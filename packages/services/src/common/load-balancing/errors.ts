import { defineError } from "@monolake/errors";

/** There is nothing to select from. */
export class LoadBalancerEmptyError extends defineError({
  code: "ERR_LOAD_BALANCER_EMPTY",
  source: "internal",
  retryable: false,
  message: () => "there is nothing to balance load over, expected at least one upstream",
}) {}

/** What weights may have wrong with them. */
export type LoadBalancerWeightProblem =
  | "not-an-integer"
  | "out-of-range"
  | "all-zero"
  | "missing"
  | "left-over";

const expectations = {
  "not-an-integer": "expected an integer",
  "out-of-range": "expected 0 to 65535",
  "all-zero": "expected at least one weight above 0",
  missing: "expected one weight for each upstream",
  "left-over": "expected one weight for each upstream",
} as const satisfies Record<LoadBalancerWeightProblem, string>;

/**
 * The weights of a list of upstreams cannot be used: `value` is the first that is wrong, of the upstream at `index`,
 * counted from 0. When all are 0, it is the first one; when one is missing, it is undefined.
 */
export class LoadBalancerWeightError extends defineError({
  code: "ERR_LOAD_BALANCER_WEIGHT",
  source: "internal",
  retryable: false,
  message: (fields: { index: number; value: number | undefined; problem: LoadBalancerWeightProblem }) =>
    `weight ${fields.value} of upstream ${fields.index} is invalid: ${expectations[fields.problem]}`,
}) {}
