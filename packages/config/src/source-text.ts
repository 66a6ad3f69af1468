import { maskPasswords } from "./mask-passwords.ts";
import { maskSecrets, stars } from "./mask-secrets.ts";

/** A stretch of the text of one file: where it begins and how many UTF-16 code units it has. */
export interface Span {
  readonly source: SourceText;
  readonly offset: number;
  readonly length: number;
}

/** A place in a configuration file, for people (`file:line:column`) and for editors (`offset`, `length`). */
export interface SourcePosition {
  /** As it was given to the loader: a relative path stays relative. */
  readonly file: string;
  /** From 1. Lines end with LF or CRLF. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors and compilers count. */
  readonly column: number;
  /** From 0, in UTF-16 code units; a byte order mark is not counted. */
  readonly offset: number;
  /** In UTF-16 code units; 0 at the end of the file. */
  readonly length: number;
}

/** The line that a problem is in, cut to a readable width around it. */
export interface SourceExcerpt {
  readonly text: string;
  /** Index in `text` of what is marked. */
  readonly start: number;
  /** Length of what is marked, at least 1; ends with the line. */
  readonly length: number;
}

const excerptWidth = 120;
const excerptLead = 60;

/** The text of one configuration file, which knows where its lines begin. */
export class SourceText {
  readonly file: string;
  /** Without byte order mark. */
  readonly text: string;
  #lineStarts: number[] | undefined;
  #shown: string | undefined;
  /** 1 for each character that is not to be shown, once there is one. */
  #hidden: Uint8Array | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  /** The text with stars for secrets and for the passwords of URIs, every character at its place. */
  get shown(): string {
    this.#shown ??= maskPasswords(maskSecrets(this.text));
    return this.#shown;
  }

  /** Excerpts have stars for this, too. */
  hide({ offset, length }: Span): void {
    this.#hidden ??= new Uint8Array(this.text.length);
    this.#hidden.fill(1, offset, offset + length);
  }

  span(offset: number, length: number): Span {
    return { source: this, offset, length };
  }

  position(span: Span): SourcePosition {
    const offset = Math.min(Math.max(span.offset, 0), this.text.length);
    const line = this.#lineOf(offset);
    return {
      file: this.file,
      line: line + 1,
      column: offset - this.#startOf(line) + 1,
      offset,
      length: Math.min(span.length, this.text.length - offset),
    };
  }

  excerpt(span: Span): SourceExcerpt {
    const { line, column, length } = this.position(span);
    const lineStart = this.#startOf(line - 1);
    const nextLine = this.text.indexOf("\n", lineStart);
    const full = this.#shownBetween(lineStart, nextLine === -1 ? this.text.length : nextLine);
    const cut = full.length > excerptWidth ? Math.max(0, column - 1 - excerptLead) : 0;
    const text = full.slice(cut, cut + excerptWidth);
    const start = Math.min(column - 1 - cut, text.length);
    return { text, start, length: Math.max(1, Math.min(length, text.length - start)) };
  }

  /** `offset`, moved back over blanks to the end of what was written before: where something is missing. */
  endOfContent(offset: number): number {
    let end = Math.min(offset, this.text.length);
    while (end > 0 && /\s/.test(this.text.charAt(end - 1))) end -= 1;
    return end;
  }

  #shownBetween(start: number, end: number): string {
    const line = this.shown.slice(start, end).replace(/\r$/, "");
    const hidden = this.#hidden;
    return hidden === undefined
      ? line
      : line.replace(/./gs, (char, at) => (hidden[start + at] === 1 ? stars(char) : char));
  }

  #startOf(line: number): number {
    return this.#starts()[line] ?? 0;
  }

  #lineOf(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}
