import type { ServiceCommand } from "@monolake/core";
import fc from "fast-check";

/** What goes wrong: a factory fails in one worker, an address is busy, or whoever makes the service dies. */
export type Fault = "none" | "service" | "listener" | "death";

/** One step of a sequence. Names and ports are numbers that the run gives a meaning. */
export type Step =
  | {
      readonly type: "command";
      readonly command: ServiceCommand["type"];
      readonly site: 0 | 1;
      readonly label: number;
      readonly port: 0 | 1;
      readonly fault: Fault;
      readonly failing: 0 | 1;
    }
  /** A configuration of up to three sites; absent ones are removed. `fault` is what is wrong with the last one. */
  | {
      readonly type: "reload";
      readonly labels: readonly (number | undefined)[];
      readonly ports: readonly (0 | 1)[];
      readonly fault: Fault;
      readonly failing: 0 | 1;
    }
  /** Two configurations at once: the second one wins. */
  | { readonly type: "two-reloads"; readonly first: number; readonly second: number }
  | { readonly type: "crash"; readonly worker: 0 | 1; readonly how: "exit" | "throw"; readonly wait: boolean }
  /** New workers in all places. */
  | { readonly type: "replace" }
  /** A connection that stays. */
  | { readonly type: "connect"; readonly site: number };

const bit = fc.constantFrom<0 | 1>(0, 1);
const label = fc.nat({ max: 5 });
const faults = (crashes: boolean): fc.Arbitrary<Fault> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 2, arbitrary: fc.constantFrom("service" as const, "listener" as const) },
    ...(crashes ? [{ weight: 1, arbitrary: fc.constant("death" as const) }] : []),
  );
const commandType = fc.constantFrom<ServiceCommand["type"]>(
  "precommit",
  "update",
  "commit",
  "prepare-and-commit",
  "abort",
  "remove",
);

const commands = (crashes: boolean) =>
  fc.record({
    type: fc.constant("command" as const),
    command: commandType,
    site: bit,
    label,
    port: bit,
    fault: faults(crashes),
    failing: bit,
  });
const reloads = (crashes: boolean) =>
  fc.record({
    type: fc.constant("reload" as const),
    labels: fc.tuple(...Array.from({ length: 3 }, () => fc.option(label, { nil: undefined }))),
    ports: fc.tuple(bit, bit, bit),
    fault: faults(crashes),
    failing: bit,
  });
const twoReloads = fc.record({ type: fc.constant("two-reloads" as const), first: label, second: label });
const crash = fc.record({
  type: fc.constant("crash" as const),
  worker: bit,
  how: fc.constantFrom("exit" as const, "throw" as const),
  wait: fc.boolean(),
});
const connect = fc.record({ type: fc.constant("connect" as const), site: fc.nat({ max: 4 }) });

/** Sequences of steps; `crashes` says whether workers may die and be replaced in them. */
export function sequences({ crashes }: { readonly crashes: boolean }): fc.Arbitrary<Step[]> {
  const calm: fc.WeightedArbitrary<Step>[] = [
    { weight: 12, arbitrary: commands(crashes) },
    { weight: 5, arbitrary: reloads(crashes) },
    { weight: 1, arbitrary: twoReloads },
    { weight: 4, arbitrary: connect },
  ];
  const rough: fc.WeightedArbitrary<Step>[] = [
    { weight: 2, arbitrary: crash },
    { weight: 1, arbitrary: fc.constant({ type: "replace" } as const) },
  ];
  return fc.array(fc.oneof(...calm, ...(crashes ? rough : [])), { minLength: 1, maxLength: 12 });
}
