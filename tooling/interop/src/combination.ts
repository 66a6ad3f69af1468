/** How a client and a server talk. */
export interface Combination {
  readonly protocol: "binary" | "compact";
  /** `buffered` has no frames; `-mux` is Kitex's connection that many calls share. */
  readonly transport: Transport;
}

/** The transports of Apache Thrift, and those that only Kitex has. */
export type Transport =
  | "buffered"
  | "framed"
  | "ttheader"
  | "ttheader-framed"
  | "ttheader-mux"
  | "ttheader-framed-mux";

/** What every library of Apache Thrift speaks. */
export const apacheCombinations: readonly Combination[] = (["binary", "compact"] as const).flatMap(
  (protocol) => (["buffered", "framed"] as const).map((transport) => ({ protocol, transport })),
);

/** What Kitex speaks: it writes no compact protocol. */
export const kitexCombinations: readonly Combination[] = (
  ["buffered", "framed", "ttheader", "ttheader-framed", "ttheader-mux", "ttheader-framed-mux"] as const
).map((transport) => ({ protocol: "binary", transport }));

/** `binary framed`. */
export const combinationText = ({ protocol, transport }: Combination): string => `${protocol} ${transport}`;

/** Those that both have. */
export const inBoth = (
  some: readonly Combination[],
  others: readonly Combination[],
): readonly Combination[] => {
  const texts = new Set(others.map(combinationText));
  return some.filter((combination) => texts.has(combinationText(combination)));
};
