import { type Headers, knownFields } from "@monolake/http";
import { type ContentCoding, codingOf } from "./codings.ts";

/** What a client takes, as its Accept-Encoding says. */
export interface Acceptance {
  /** The one to use; undefined when the client prefers the content as it is, or takes none that is offered. */
  readonly coding: ContentCoding | undefined;
  /** The content may be sent as it is. */
  readonly identity: boolean;
}

const acceptEncodingField = knownFields("accept-encoding");
const plain: Acceptance = { coding: undefined, identity: true };
/** How many different values are remembered: all that real clients send are a handful. */
const maxRemembered = 256;
/** Longer values are read anew each time. */
const longestRemembered = 128;

/** Chooses codings by Accept-Encoding (RFC 9110 section 12.5.3). `offered` begins with the one that is preferred. */
export class AcceptedCodings {
  readonly #offered: readonly ContentCoding[];
  readonly #remembered = new Map<string, Acceptance>();

  constructor(offered: readonly ContentCoding[]) {
    this.#offered = offered;
  }

  /** Without the field any coding would be acceptable; but who does not ask may not know them. */
  of(headers: Headers): Acceptance {
    if ((headers.knownMask & acceptEncodingField) === 0) return plain;
    const values = headers.getAll("accept-encoding");
    const value = values.length === 1 ? (values[0] as string) : values.join(",");
    const remembered = this.#remembered.get(value);
    if (remembered !== undefined) return remembered;
    const acceptance = choose(weightsOf(value), this.#offered);
    if (value.length <= longestRemembered) {
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(value, acceptance);
    }
    return acceptance;
  }
}

const weightSyntax = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The weight of each name. What is malformed is passed over: it allows nothing. */
function weightsOf(value: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of value.split(",")) {
    const [name = "", ...parameters] = element.split(";").map((part) => part.trim());
    if (name === "") continue;
    const weight = weightOf(parameters);
    const lower = codingOf(name) ?? name.toLowerCase();
    if (weight !== undefined && !weights.has(lower)) weights.set(lower, weight);
  }
  return weights;
}

function weightOf(parameters: readonly string[]): number | undefined {
  if (parameters.length === 0) return 1;
  const [name = "", text = ""] = (parameters[0] as string).split("=").map((part) => part.trim());
  return parameters.length === 1 && name.toLowerCase() === "q" && weightSyntax.test(text)
    ? Number(text)
    : undefined;
}

function choose(weights: ReadonlyMap<string, number>, offered: readonly ContentCoding[]): Acceptance {
  const other = weights.get("*");
  let coding: ContentCoding | undefined;
  // Nothing is said of it: it may be sent, but what was asked for goes before.
  let best = weights.get("identity") ?? 0;
  for (const candidate of offered) {
    const weight = weights.get(candidate) ?? other ?? 0;
    if (weight === 0 || weight < best || (coding !== undefined && weight === best)) continue;
    coding = candidate;
    best = weight;
  }
  return { coding, identity: (weights.get("identity") ?? other ?? 1) > 0 };
}
