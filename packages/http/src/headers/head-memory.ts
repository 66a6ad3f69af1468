import { CopySource } from "./copy-bytes.ts";

const slabBytes = 32 * 1024;
/** Of each slab: as many numbers as the fields of the heads need that fill the rest of it. */
const tableNumbers = 1_280;
const numberBytes = Int32Array.BYTES_PER_ELEMENT;

/**
 * Where parsed heads live. Heads are small and many: giving each a buffer of its own costs more than parsing it, so they are cut one
 * after the other from slabs, their fields from a table at the start of each and their bytes from the rest. A slab is never used
 * again; it is free when the last head in it is, so it is not larger than what may be kept for one head that stays for long.
 */
class HeadMemory {
  source: CopySource = new CopySource(Buffer.alloc(0));
  bytesUsed = 0;
  table: Int32Array = new Int32Array(0);
  tableUsed = 0;

  /** Makes sure that `length` bytes from `bytesUsed` on are free. The table stays. */
  reserveBytes(length: number): void {
    if (this.source.bytes.length - this.bytesUsed >= length) return;
    this.source = new CopySource(Buffer.allocUnsafeSlow(Math.max(slabBytes, length)));
    this.bytesUsed = 0;
  }

  /** Makes sure that `length` numbers from `tableUsed` on are free. */
  reserveTable(length: number): void {
    if (this.table.length - this.tableUsed >= length) return;
    const numbers = Math.max(tableNumbers, length);
    const bytes = Buffer.allocUnsafeSlow(Math.max(slabBytes, numbers * numberBytes));
    this.source = new CopySource(bytes);
    this.bytesUsed = numbers * numberBytes;
    this.table = new Int32Array(bytes.buffer, 0, numbers);
    this.tableUsed = 0;
  }
}

/** The slabs of this thread. */
export const headMemory = new HeadMemory();
