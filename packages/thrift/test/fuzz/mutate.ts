/** A source of numbers that gives the same ones for the same seed. */
export type Random = (below: number) => number;

/** Mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  };
}

const lengths = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10_0000, 0x100_0000, 0x3fff_ffff, 0x7fff_ffff, -1];

/** Changes a few bytes, or many, in ways that parsers get wrong. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random(4); left > 0; left -= 1) mutated = mutateOnce(mutated, other, random);
  return mutated;
}

function mutateOnce(bytes: Buffer, other: Buffer, random: Random): Buffer {
  if (bytes.length < 8) return Buffer.concat([bytes, other]);
  const at = random(bytes.length);
  switch (random(9)) {
    case 0:
      bytes[at]! ^= 1 << random(8);
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      bytes.writeInt32BE(lengths[random(lengths.length)]!, random(bytes.length - 3));
      return bytes;
    case 3:
      bytes.writeUInt16BE(lengths[random(7)]!, random(bytes.length - 1));
      return bytes;
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
    case 6:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(Array.from({ length: 1 + random(16) }, () => random(256))),
        bytes.subarray(at),
      ]);
    case 7:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length))]);
    default:
      return Buffer.concat([bytes, other]);
  }
}
