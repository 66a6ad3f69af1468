import { normalize } from "node:path";

/** Shorter values keep no secret, and would be found in every other word. */
const shortestHidden = 4;

/** What came from references, to be shown as the references are written. */
export class ConcealedValues {
  readonly #written = new Map<string, string>();

  add(value: string, written: string): void {
    if (value === "") return;
    // As messages have it: in quotes, or made an absolute path.
    for (const form of [value, normalize(value)].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))
      if (!this.#written.has(form)) this.#written.set(form, written);
  }

  /** The text with every such value replaced; short ones only where they are all of it. */
  readonly conceal = (text: string): string => {
    const whole = this.#written.get(text);
    if (whole !== undefined) return whole;
    // Plain text and what took a value's place take turns, so that nothing is replaced twice.
    let pieces = [text];
    for (const [value, written] of this.#longestFirst())
      pieces = pieces.flatMap((piece, index) =>
        index % 2 === 1 ? [piece] : exchange(piece, value, written),
      );
    return pieces.join("");
  };

  #longestFirst(): [string, string][] {
    return [...this.#written]
      .filter(([value]) => value.length >= shortestHidden)
      .toSorted(([a], [b]) => b.length - a.length);
  }
}

const exchange = (text: string, value: string, written: string): string[] =>
  text.split(value).flatMap((piece, index) => (index === 0 ? [piece] : [written, piece]));
