import { type ConfigNode, type TableNode, toPlainValue } from "./document.ts";
import { type ConfigProblem, createProblem, type ProblemParts } from "./problem.ts";

/** Which run, and which table of its files, an object came from while a schema looks at it. */
const origins = new WeakMap<object, { readonly run: ValidationRun; readonly node: TableNode }>();

/** One validation of one configuration: what parts of a schema report that has no place in a zod issue. */
export class ValidationRun {
  readonly root: ConfigNode;
  readonly problems: ConfigProblem[] = [];
  /** The configuration as plain data, which the schema is applied to. */
  readonly input: unknown;
  /** Takes out of a text what must not be shown. */
  readonly conceal: (text: string) => string;

  constructor(root: ConfigNode, conceal: (text: string) => string) {
    this.root = root;
    this.conceal = conceal;
    this.input = toPlainValue(root, (value, node) => origins.set(value, { run: this, node }));
  }

  report(parts: ProblemParts): void {
    this.problems.push(this.createProblem(parts));
  }

  createProblem(parts: ProblemParts): ConfigProblem {
    return createProblem({ ...parts, message: this.conceal(parts.message) });
  }
}

/** The table that `value` was made from; undefined when the schema is used without a file. */
export const originOf = (value: object) => origins.get(value);

/** Makes `copy` stand for the same table as `value`. */
export function keepOrigin<Value extends object>(copy: Value, value: object): Value {
  const origin = origins.get(value);
  if (origin !== undefined) origins.set(copy, origin);
  return copy;
}
