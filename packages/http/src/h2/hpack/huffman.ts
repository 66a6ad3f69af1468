import { latin1Slice } from "../../headers/latin1.ts";

/** How many bits the code of each byte has, and of the end (RFC 7541 appendix B). The code is canonical: lengths make it. */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const endSymbol = 256;

/** A step of four bits from a node of the tree of codes: the node it leads to, and the byte that it completes. */
const nodes = 256;
const nextNode = new Uint16Array(nodes * 16);
const completed = new Int16Array(nodes * 16).fill(-1);
/** No text may lead there: it has the end in it. */
const dead = 0xffff;
/** Whether a text may end at a node: what led there are fewer than eight bits, all of them 1 (RFC 7541 section 5.2). */
const mayEnd = new Uint8Array(nodes);

/** A node of the tree: two others, or a symbol. */
type Branch = [left: Branch | number, right: Branch | number];

function codeTree(): Branch {
  const root = [-1, -1] as unknown as Branch;
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    code *= 2;
    codeLengths.forEach((bits, symbol) => {
      if (bits === length) place(root, code++, length, symbol);
    });
  }
  return root;
}

function place(root: Branch, code: number, length: number, symbol: number): void {
  let branch = root;
  for (let bit = length - 1; bit > 0; bit--) {
    const side = (code >>> bit) & 1;
    if (typeof branch[side] === "number") branch[side] = [-1, -1];
    branch = branch[side] as Branch;
  }
  branch[code & 1] = symbol;
}

function fillTables(): void {
  const root = codeTree();
  const numbers = new Map<Branch, number>([[root, 0]]);
  for (const [branch, number] of numbers) {
    for (let bits = 0; bits < 16; bits++) step(root, branch, bits, number * 16 + bits, numbers);
  }
  let branch = root;
  for (let bits = 0; bits < 8; bits++) {
    mayEnd[numbers.get(branch) as number] = 1;
    branch = branch[1] as Branch;
  }
}

function step(root: Branch, from: Branch, bits: number, at: number, numbers: Map<Branch, number>): void {
  let branch = from;
  for (let bit = 3; bit >= 0; bit--) {
    const next = branch[(bits >>> bit) & 1] as Branch | number;
    if (next === endSymbol) {
      nextNode[at] = dead;
      return;
    }
    if (typeof next === "number") {
      completed[at] = next;
      branch = root;
    } else branch = next;
    if (!numbers.has(branch)) numbers.set(branch, numbers.size);
  }
  nextNode[at] = numbers.get(branch) as number;
}

fillTables();

let scratch: Buffer = Buffer.allocUnsafeSlow(4 * 1024);

/** The text of a string with Huffman coding (RFC 7541 section 5.2), each byte a character; undefined where it is none. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | undefined {
  // The shortest code has five bits.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most);
  const text = scratch;
  let length = 0;
  let node = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    let place = node * 16 + (byte >>> 4);
    if ((completed[place] as number) !== -1) text[length++] = completed[place] as number;
    node = nextNode[place] as number;
    if (node === dead) return undefined;
    place = node * 16 + (byte & 15);
    if ((completed[place] as number) !== -1) text[length++] = completed[place] as number;
    node = nextNode[place] as number;
    if (node === dead) return undefined;
  }
  return mayEnd[node] === 1 ? latin1Slice(text, 0, length) : undefined;
}
