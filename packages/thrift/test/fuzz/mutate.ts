import type { FuzzRandom } from "@monolake/test-kit";

const lengths = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10_0000, 0x100_0000, 0x3fff_ffff, 0x7fff_ffff, -1];

/** Changes a few bytes, or many, in ways that parsers get wrong. */
export function mutate(bytes: Buffer, other: Buffer, random: FuzzRandom): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.integer(4); left > 0; left -= 1) mutated = mutateOnce(mutated, other, random);
  return mutated;
}

function mutateOnce(bytes: Buffer, other: Buffer, random: FuzzRandom): Buffer {
  if (bytes.length < 8) return Buffer.concat([bytes, other]);
  const at = random.integer(bytes.length);
  switch (random.integer(9)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[at] = random.integer(256);
      return bytes;
    case 2:
      bytes.writeInt32BE(lengths[random.integer(lengths.length)]!, random.integer(bytes.length - 3));
      return bytes;
    case 3:
      bytes.writeUInt16BE(lengths[random.integer(7)]!, random.integer(bytes.length - 1));
      return bytes;
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(8))]);
    case 6:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(Array.from({ length: 1 + random.integer(16) }, () => random.integer(256))),
        bytes.subarray(at),
      ]);
    case 7:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.integer(other.length))]);
    default:
      return Buffer.concat([bytes, other]);
  }
}
