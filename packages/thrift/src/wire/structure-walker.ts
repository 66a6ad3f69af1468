import { inStructure, nothingOpen, WalkBudget, WalkStack } from "./walk-stack.ts";

/** Finds the end of a structure, over any number of chunks. A protocol says how what is expected next is encoded. */
export abstract class StructureWalker {
  /** The structure has ended. */
  done = false;
  protected readonly stack: WalkStack;
  protected readonly budget = new WalkBudget();
  /** What the next bytes tell, in the protocol's terms; 0 for nothing: how to go on is up to what is open. */
  protected expected = 0;
  /** Bytes that say nothing. */
  #skip = 0;

  constructor(maxDepth: number) {
    this.stack = new WalkStack(maxDepth);
  }

  /** Begins a new structure, of at most `maxBytes`. */
  start(maxBytes: number): void {
    this.done = false;
    this.budget.start(maxBytes);
    this.stack.depth = 0;
    this.stack.pushStructure();
    this.#skip = 0;
    this.expectField();
  }

  /**
   * Walks from `at` to `end` at most and returns where it stopped: at `end`, or behind the structure's end when `done`. Throws
   * ERR_THRIFT_PAYLOAD and ERR_THRIFT_TOO_LARGE.
   */
  walk(bytes: Uint8Array, at: number, end: number): number {
    while (!this.done) {
      if (this.#skip > 0) {
        const part = Math.min(this.#skip, end - at);
        at += part;
        this.#skip -= part;
        if (this.#skip > 0) break;
      }
      if (this.expected === 0) this.#advance();
      else if (at === end) break;
      else at = this.read(bytes, at, end);
    }
    return at;
  }

  /** Reads what is expected, of which at least one byte is here, or as much of it as is; returns where that ends. */
  protected abstract read(bytes: Uint8Array, at: number, end: number): number;
  /** The head of a field, or the end of its structure, comes next. */
  protected abstract expectField(): void;
  /** A value in a container comes next. */
  protected abstract expectElement(type: number): void;

  /** Passes over bytes that say nothing. */
  protected pass(bytes: number): void {
    this.budget.take(bytes);
    this.#skip = bytes;
  }

  #advance(): void {
    const type = this.stack.next();
    if (type === nothingOpen) this.done = true;
    else if (type === inStructure) this.expectField();
    else this.expectElement(type);
  }
}
