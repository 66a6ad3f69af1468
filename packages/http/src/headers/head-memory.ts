const slabBytes = 16 * 1024;
const slabRecords = 2 * 1024;

/**
 * Where parsed heads live. Heads are small and many: giving each a buffer of its own costs more than parsing it, so
 * they are cut one after the other from slabs, the bytes from one and the table of fields from another. A slab is
 * never used again; it is free when the last head in it is.
 */
class HeadMemory {
  bytes: Buffer = Buffer.allocUnsafeSlow(slabBytes);
  bytesUsed = 0;
  table: Int32Array = new Int32Array(slabRecords);
  tableUsed = 0;

  /** Makes sure that `length` bytes from `bytesUsed` on are free. */
  reserveBytes(length: number): void {
    if (this.bytes.length - this.bytesUsed >= length) return;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(slabBytes, length));
    this.bytesUsed = 0;
  }

  /** Makes sure that `length` numbers from `tableUsed` on are free. */
  reserveTable(length: number): void {
    if (this.table.length - this.tableUsed >= length) return;
    this.table = new Int32Array(Math.max(slabRecords, length));
    this.tableUsed = 0;
  }
}

/** The slabs of this thread. */
export const headMemory = new HeadMemory();
