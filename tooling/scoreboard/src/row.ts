/** One figure of the scoreboard. */
export interface Figure {
  readonly name: string;
  /** As printed, with its unit. */
  readonly value: string;
  /** As printed. */
  readonly goal: string;
  readonly ok: boolean;
}

/** Measures one row, which may be several figures, or a `part` of it where it has any. Throws when it could not be measured. */
export type Row = (part?: string) => Promise<readonly Figure[]>;

/** A figure that must not be larger than its goal. */
export function atMost(name: string, value: number, goal: number, unit = ""): Figure {
  return { name, value: `${round(value)}${unit}`, goal: `<=${goal}${unit}`, ok: value <= goal };
}

/** A figure that must not be smaller than its goal. */
export function atLeast(name: string, value: number, goal: number, unit = ""): Figure {
  return { name, value: `${round(value)}${unit}`, goal: `>=${goal}${unit}`, ok: value >= goal };
}

/** Something that holds or does not. */
export function holds(name: string, ok: boolean, what: string): Figure {
  return { name, value: ok ? "yes" : "no", goal: what, ok };
}

const round = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
