/** Methods that every Buffer has and its declarations lack; they skip what toString and write do before the work. */
interface Latin1Methods {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, length: number): number;
}

/** The bytes from `start` to `end`, each a character. */
export const latin1Slice = (bytes: Buffer, start: number, end: number): string =>
  (bytes as unknown as Latin1Methods).latin1Slice(start, end);

/** Writes every character as a byte to `into` from `at` on; how many there were. */
export const latin1Write = (into: Buffer, text: string, at: number): number =>
  (into as unknown as Latin1Methods).latin1Write(text, at, text.length);
