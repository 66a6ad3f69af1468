/** The types of values, as the compact protocol numbers them. */
export const compactTypes = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  structure: 12,
  uuid: 13,
} as const;
