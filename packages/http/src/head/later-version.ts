/**
 * A head as llhttp takes it, which knows no minor version above 1: a later one means 1 to us (RFC 9110 section 2.5), so llhttp judges
 * the same bytes with that digit. `at` is where it stands, and that it is one was judged before.
 */
export function inKnownVersion(head: Buffer, at: number): Buffer {
  if ((head[at] as number) <= 0x31) return head;
  const known = Buffer.from(head);
  known[at] = 0x31;
  return known;
}
