// What a byte may be part of, as bits of one table. Latin-1 names: the wire is bytes, not text.

/** RFC 9110 5.6.2. */
export const tokenByte = 1;
/** Field values of the plain form: visible ASCII, space and tab. */
export const valueByte = 2;
/** Request targets: visible ASCII but "#", which no target may hold (RFC 9112 3.2). */
export const targetByte = 4;
/** Bytes above ASCII: allowed in values (RFC 9110 5.5), but never in the plain form. */
export const obsTextByte = 8;
/** Host names: unreserved and sub-delims without the comma (RFC 3986 3.2.2), which joins lists elsewhere. */
export const hostByte = 16;
export const digitByte = 32;
export const hexByte = 64;
/** Letters, digits and "-": tokens that mean the same field to everybody. */
export const plainNameByte = 128;

export const byteClasses: Uint8Array = new Uint8Array(256);

const mark = (characters: string, bits: number): void => {
  for (const character of characters) {
    const byte = character.charCodeAt(0);
    byteClasses[byte] = (byteClasses[byte] as number) | bits;
  }
};
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const digits = "0123456789";
mark(`${letters}${digits}!#$%&'*+-.^_\`|~`, tokenByte);
mark(`${letters}${digits}-._~!$&'()*+;=`, hostByte);
mark(`${letters}${digits}-`, plainNameByte);
mark(digits, digitByte);
mark(`${digits}abcdefABCDEF`, hexByte);
mark(" \t", valueByte);
for (let byte = 0x21; byte < 0x7f; byte++)
  mark(String.fromCharCode(byte), byte === 0x23 ? valueByte : valueByte | targetByte);
for (let byte = 0x80; byte < 0x100; byte++) mark(String.fromCharCode(byte), obsTextByte);

export const isToken = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    if (((byteClasses[bytes[at] as number] as number) & tokenByte) === 0) return false;
  }
  return end > start;
};
