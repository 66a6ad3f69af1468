import { setTimeout } from "node:timers/promises";
import { generated } from "./stack.js";

const { NotFound, Refused, Point, Parcel, Colour } = generated("checks_types");

const same = (value) => value;
const noteCounts = new Map();

function fail(how) {
  if (how === "not found") throw new NotFound({ key: how });
  if (how === "refused") {
    throw new Refused({ code: 403, reason: "not today", place: new Point({ x: 1, y: -1, label: "gate" }) });
  }
  if (how === "undeclared") throw new Error("a failure that is not declared");
}

/** What the methods of checks.thrift do. */
export const handler = {
  nothing: () => undefined,
  text: same,
  truth: same,
  tiny: same,
  small: same,
  number: same,
  large: same,
  fraction: same,
  bytes: same,
  colour: same,
  account: same,
  parcel: same,
  tree: same,
  series: same,
  marks: same,
  table: same,
  notes: same,
  rows: same,
  products(size) {
    const numbers = Array.from({ length: size }, (_, index) => index + 1);
    const row = (factor) => Object.fromEntries(numbers.map((number) => [number, number * factor]));
    return Object.fromEntries(numbers.flatMap((number) => [number, -number]).map((key) => [key, row(key)]));
  },
  maze: (parcel) => ({ 1: { [Colour.RED]: parcel, [Colour.GREEN]: parcel }, 2: {} }),
  compose: (name, account, colour, notes) => new Parcel({ name, account, colour, notes }),
  async find(what) {
    fail(what);
    return new Point({ x: 3, y: 4 });
  },
  enter: async (what) => fail(what),
  note(value) {
    noteCounts.set(value, (noteCounts.get(value) ?? 0) + 1);
  },
  noteCount: (value) => noteCounts.get(value) ?? 0,
  later: (delayMs) => setTimeout(delayMs, delayMs),
  beside: (_key) => "",
};
