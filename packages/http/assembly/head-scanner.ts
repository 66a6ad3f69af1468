// AssemblyScript. Finds what stands in a head of the plainest form, sixteen bytes at a time. It says no to everything else, and then
// src/head/plain-fields.ts and plain-request.ts look, byte by byte: whatever this accepts they accept with the same result.
// src/head/head-scanner.ts loads it, from the module that `node packages/http/assembly/assemble.ts` makes of it.
//
// The first page of the memory is this module's, and of one instance alone. What is scanned lies behind it, with sixteen bytes of anything behind its end.

/** What was found, as numbers of 32 bits. The layout is also in src/head/head-scanner.ts. */
const countAt: usize = 0;
const maskAt: usize = 4;
const contentLengthAt: usize = 8;
const targetEndAt: usize = 12;
const minorVersionAt: usize = 16;
/** What Connection says, as far as that is one word: 1 is keep-alive, 2 is close; 0 also when there is none. */
const connectionAt: usize = 20;
/** 1 when nothing in the target is encoded, no segment begins with a dot, and there is no backslash. */
const normalTargetAt: usize = 24;
/** Start and end of the value of each judged field, by id. */
const valuesAt: usize = 32;
/** Two numbers a field: where its line starts, counted from the first line, and the length of its name with its id. */
const rowsAt: usize = 128;
/** What src/headers/known-fields.ts knows: an id for each slot, and 32 bytes for each name. */
const slotsAt: usize = 2048;
const namesAt: usize = 2176;
/** The targets that were asked for last: 64 bytes for each, and their lengths. */
const targetsAt: usize = 8192;
const targetLengthsAt: usize = 24576;

const maxFields: i32 = 128;
const longestName: i32 = 255;
const idShift: i32 = 20;
const hostId: i32 = 1;
const contentLengthId: i32 = 2;
const transferEncodingId: i32 = 3;
const connectionId: i32 = 4;
const lastJudgedId: i32 = 6;
const keepAliveId: usize = 7;

const colonAndSpace: u16 = 0x203a;
const lineEnd: u16 = 0x0a0d;
/** " HTT" and "P/1." */
const versionStart: u32 = 0x54544820;
const versionMajor: u32 = 0x2e312f50;

/** The lanes from `first` on, `count` of them. */
function isWithin(bytes: v128, first: u8, count: u8): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(first)), i8x16.splat(count));
}

/** A bit for each of sixteen bytes that is neither visible ASCII nor a space. */
function outsideValue(at: usize): i32 {
  return i8x16.bitmask(v128.not(isWithin(v128.load(at), 0x20, 0x5f)));
}

/** A bit for each of sixteen bytes that is not visible ASCII, or "#". */
function outsideTarget(at: usize): i32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(v128.or(v128.not(isWithin(bytes, 0x21, 0x5e)), i8x16.eq(bytes, i8x16.splat(0x23))));
}

/** A bit for each of sixteen bytes of a target that is "%", a backslash, or a dot behind a slash. */
function oddInTarget(at: usize): i32 {
  const bytes = v128.load(at);
  const before = v128.load(at - 1);
  const dot = v128.and(i8x16.eq(bytes, i8x16.splat(0x2e)), i8x16.eq(before, i8x16.splat(0x2f)));
  const other = v128.or(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.eq(bytes, i8x16.splat(0x5c)));
  return i8x16.bitmask(v128.or(dot, other));
}

/** A bit for each of sixteen bytes that is neither a letter nor a digit nor "-". */
function outsideName(at: usize): i32 {
  const bytes = v128.load(at);
  const isLetter = isWithin(v128.or(bytes, i8x16.splat(0x20)), 0x61, 26);
  const isDigit = isWithin(bytes, 0x30, 10);
  const isHyphen = i8x16.eq(bytes, i8x16.splat(0x2d));
  return i8x16.bitmask(v128.not(v128.or(v128.or(isLetter, isDigit), isHyphen)));
}

/** A bit for each of sixteen bytes at `at` that is not, in lower case, the one at `name`. */
function unlike(at: usize, name: usize): i32 {
  return i8x16.bitmask(i8x16.ne(v128.or(v128.load(at), i8x16.splat(0x20)), v128.load(name)));
}

/** The id of the known field with this name; 0 when it is another. */
function knownId(start: usize, length: i32): i32 {
  const first = <i32>load<u8>(start) | 0x20;
  const last = <i32>load<u8>(start + length - 1) | 0x20;
  const beforeLast = <i32>load<u8>(start + length - 2) | 0x20;
  const id = <i32>load<u8>(slotsAt + ((length + first + 2 * beforeLast + 17 * last) & 127));
  if (id === 0) return 0;
  const name = namesAt + ((<usize>id) << 5);
  if (<i32>load<u8>(name + 31) !== length) return 0;
  if (length <= 16) return (unlike(start, name) & ((1 << length) - 1)) === 0 ? id : 0;
  if (unlike(start, name) !== 0) return 0;
  return (unlike(start + 16, name + 16) & ((1 << (length - 16)) - 1)) === 0 ? id : 0;
}

function isDigit(byte: i32): bool {
  return <u32>(byte - 0x30) < 10;
}

/** Letters, digits, ".", "-" and "_", and a port. */
function isPlainHost(start: usize, end: usize): bool {
  let at = start;
  for (; at < end; at++) {
    const byte = <i32>load<u8>(at);
    const isLetter = <u32>((byte | 0x20) - 0x61) < 26;
    if (!isLetter && !isDigit(byte) && byte !== 0x2e && byte !== 0x2d && byte !== 0x5f) break;
  }
  if (at === start || at === end) return at !== start;
  if (load<u8>(at) !== 0x3a || end - at > 6) return false;
  let port: i32 = 0;
  for (at++; at < end; at++) {
    const byte = <i32>load<u8>(at);
    if (!isDigit(byte)) return false;
    port = port * 10 + byte - 0x30;
  }
  return port <= 65535;
}

/** The number that one to nine digits are, without a zero in front; else -1. */
function plainNumber(start: usize, end: usize): i32 {
  if (end - start > 9 || (load<u8>(start) === 0x30 && end - start > 1)) return -1;
  let number: i32 = 0;
  for (let at = start; at < end; at++) {
    const byte = <i32>load<u8>(at);
    if (!isDigit(byte)) return -1;
    number = number * 10 + byte - 0x30;
  }
  return number;
}

/** What the value of Connection says, see `connectionAt`. */
function connectionOf(start: usize, end: usize): i32 {
  const length = end - start;
  // The name of a field is the word as well.
  if (length === 10) return (unlike(start, namesAt + (keepAliveId << 5)) & 0x3ff) === 0 ? 1 : 0;
  if (length !== 5 || (load<u32>(start) | 0x20202020) !== 0x736f6c63) return 0;
  return (<i32>load<u8>(start + 4) | 0x20) === 0x65 ? 2 : 0;
}

/** Where the head ends whose fields begin at `start`, or -1. */
export function scanFields(start: usize, end: usize): i32 {
  let at = start;
  let row: usize = rowsAt;
  let mask: i32 = 0;
  let count: i32 = 0;
  store<i32>(contentLengthAt, -1);
  store<i32>(connectionAt, 0);
  while (at + 1 < end && load<u8>(at) !== 0x0d) {
    const nameStart = at;
    let outside = outsideName(at);
    while (outside === 0) {
      at += 16;
      if (at >= end) return -1;
      outside = outsideName(at);
    }
    at += ctz(outside);
    if (at + 3 >= end || load<u16>(at) !== colonAndSpace) return -1;
    const nameLength = <i32>(at - nameStart);
    if (nameLength === 0 || nameLength > longestName || count === maxFields) return -1;

    at += 2;
    const valueStart = at;
    outside = outsideValue(at);
    while (outside === 0) {
      at += 16;
      if (at >= end) return -1;
      outside = outsideValue(at);
    }
    at += ctz(outside);
    if (at + 1 >= end || at === valueStart || load<u16>(at) !== lineEnd) return -1;
    if (load<u8>(valueStart) === 0x20 || load<u8>(at - 1) === 0x20) return -1;

    const id = knownId(nameStart, nameLength);
    if (id !== 0 && id <= lastJudgedId) {
      if ((mask & (1 << id)) !== 0) return -1;
      if (id === hostId) {
        if (!isPlainHost(valueStart, at)) return -1;
      } else if (id === contentLengthId) {
        const length = plainNumber(valueStart, at);
        if (length === -1) return -1;
        store<i32>(contentLengthAt, length);
      } else {
        if (id === connectionId) store<i32>(connectionAt, connectionOf(valueStart, at));
        store<i32>(valuesAt + ((<usize>id) << 3), <i32>valueStart);
        store<i32>(valuesAt + ((<usize>id) << 3) + 4, <i32>at);
      }
    }
    store<i32>(row, <i32>(nameStart - start));
    store<i32>(row + 4, nameLength | (id << idShift));
    row += 8;
    mask |= 1 << id;
    count += 1;
    at += 2;
  }
  if (at + 1 >= end || load<u8>(at + 1) !== 0x0a) return -1;
  const bothFramings = (1 << contentLengthId) | (1 << transferEncodingId);
  if ((mask & bothFramings) === bothFramings) return -1;
  store<i32>(countAt, count);
  store<i32>(maskAt, mask);
  return <i32>(at + 2);
}

/** Where the head of a request ends whose target begins at `start`, or -1. */
export function scanRequest(start: usize, end: usize): i32 {
  let at = start;
  let outside = outsideTarget(at);
  let odd: i32 = 0;
  while (outside === 0) {
    odd |= oddInTarget(at);
    at += 16;
    if (at >= end) return -1;
    outside = outsideTarget(at);
  }
  odd |= oddInTarget(at) & ((1 << ctz(outside)) - 1);
  at += ctz(outside);
  // The version, the line's end and the head's.
  if (at + 13 > end || load<u16>(at + 9) !== lineEnd) return -1;
  if (load<u32>(at) !== versionStart || load<u32>(at + 4) !== versionMajor) return -1;
  const minorVersion = <i32>load<u8>(at + 8) - 0x30;
  if (minorVersion !== 0 && minorVersion !== 1) return -1;
  store<i32>(targetEndAt, <i32>at);
  store<i32>(minorVersionAt, minorVersion);
  store<i32>(normalTargetAt, odd === 0 ? 1 : 0);
  return scanFields(at + 11, end);
}

/** What is left of a target behind its last whole sixteen bytes, with zeros behind its end. */
function targetRest(start: usize, length: i32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const isTarget = i8x16.lt_u(places, i8x16.splat(<u8>(length & 15)));
  return v128.and(v128.load(start + <usize>(length & ~15)), isTarget);
}

/** One of 256 places for a target. */
function placeOf(start: usize, length: i32, rest: v128): i32 {
  let sums = rest;
  for (let at = 0; at < (length & ~15); at += 16)
    sums = i32x4.add(i32x4.mul(sums, i32x4.splat(0x01000193)), v128.load(start + <usize>at));
  let sum = i32x4.extract_lane(sums, 0) + length;
  sum = sum * 31 + i32x4.extract_lane(sums, 1);
  sum = sum * 31 + i32x4.extract_lane(sums, 2);
  sum = sum * 31 + i32x4.extract_lane(sums, 3);
  return <i32>((<u32>sum * 0x9e3779b1) >>> 24);
}

function isTargetAt(known: usize, start: usize, length: i32, rest: v128): bool {
  const restAt = length & ~15;
  if (v128.any_true(v128.xor(rest, v128.load(known + <usize>restAt)))) return false;
  for (let at = 0; at < restAt; at += 16)
    if (v128.any_true(v128.xor(v128.load(start + <usize>at), v128.load(known + <usize>at)))) return false;
  return true;
}

/** The place of a target of less than 64 bytes when it is the one that has it; else -1 - place, and nobody has that then. */
export function findTarget(start: usize, length: i32): i32 {
  const rest = targetRest(start, length);
  const place = placeOf(start, length, rest);
  const known = targetsAt + ((<usize>place) << 6);
  const lengthAt = targetLengthsAt + <usize>place;
  if (<i32>load<u8>(lengthAt) === length && isTargetAt(known, start, length, rest)) return place;
  // No target is that short.
  store<u8>(lengthAt, 0);
  return -1 - place;
}

/** Gives a place to a target that was not found there. */
export function keepTarget(start: usize, length: i32, place: i32): void {
  const known = targetsAt + ((<usize>place) << 6);
  for (let at = 0; at < length; at += 16) v128.store(known + <usize>at, v128.load(start + <usize>at));
  v128.store(known + <usize>(length & ~15), targetRest(start, length));
  store<u8>(targetLengthsAt + <usize>place, <u8>length);
}
