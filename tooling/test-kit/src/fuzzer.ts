/** A sequence of numbers that a seed decides, so that an input can be made again. */
export class FuzzRandom {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  }

  /** 0 to `below` - 1. */
  integer(below: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % below;
  }

  /** True one time in `times`. */
  oneIn(times: number): boolean {
    return this.integer(times) === 0;
  }

  /** One of them. */
  pick<Value>(values: readonly Value[]): Value {
    return values[this.integer(values.length)] as Value;
  }

  /** Some of the characters, `least` to `most` times. */
  text(characters: string, least: number, most: number): string {
    let text = "";
    for (let left = least + this.integer(most - least + 1); left > 0; left -= 1)
      text += characters[this.integer(characters.length)];
    return text;
  }
}

/** Two readers that should agree do not, or something that should hold does not. */
export class FuzzDifference extends Error {
  override readonly name = "FuzzDifference";
}

/** Something that should hold for any input, tried on inputs that are made up. */
export interface Fuzzer {
  /** What the command line takes. */
  readonly name: string;
  /**
   * Makes an input and tries it. Gives how many executions that was, as it may be read in many ways. Throws
   * {@link FuzzDifference} when readers disagree; whatever else it throws is a crash.
   */
  readonly tryOne: (random: FuzzRandom) => number | Promise<number>;
}

/** Throws {@link FuzzDifference} unless both are the same as JSON. */
export function expectSame(what: string, input: Uint8Array, one: unknown, other: unknown): void {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  if (first === second) return;
  const shown = JSON.stringify(Buffer.from(input).toString("latin1"));
  throw new FuzzDifference(`${what}\n  input  ${shown}\n  one    ${first}\n  other  ${second}`);
}

/** One try that went wrong. */
export interface FuzzFailure {
  readonly type: "difference" | "crash";
  /** Makes the input again. */
  readonly seed: number;
  readonly error: Error;
}

/** What became of one fuzzer. */
export interface FuzzReport {
  readonly name: string;
  readonly inputs: number;
  readonly executions: number;
  readonly crashes: number;
  readonly differences: number;
  /** The first ones. */
  readonly failures: readonly FuzzFailure[];
}

/** How long a fuzzer goes on: whichever comes first. */
export interface FuzzBounds {
  readonly seconds?: number;
  /** Executions. */
  readonly count?: number;
  /** Of the first input; the others follow it. */
  readonly seed: number;
}

const shownFailures = 5;
/** Looking at the clock costs, too. */
const clockEvery = 64;

/** Tries a fuzzer until one of its bounds is reached; goes on after failures. */
export async function runFuzzer({ name, tryOne }: Fuzzer, bounds: FuzzBounds): Promise<FuzzReport> {
  const { seconds = Number.POSITIVE_INFINITY, count = Number.POSITIVE_INFINITY } = bounds;
  const untilMs = performance.now() + seconds * 1000;
  const counts = { crash: 0, difference: 0 };
  const failures: FuzzFailure[] = [];
  let inputs = 0;
  let executions = 0;
  while (executions < count && (inputs % clockEvery !== 0 || performance.now() < untilMs)) {
    const seed = bounds.seed + inputs;
    inputs += 1;
    try {
      const tried = tryOne(new FuzzRandom(seed));
      executions += typeof tried === "number" ? tried : await tried;
    } catch (error) {
      executions += 1;
      const type = error instanceof FuzzDifference ? "difference" : "crash";
      counts[type] += 1;
      const thrown = error instanceof Error ? error : new Error(String(error));
      if (failures.length < shownFailures) failures.push({ type, seed, error: thrown });
    }
  }
  return { name, inputs, executions, crashes: counts.crash, differences: counts.difference, failures };
}
