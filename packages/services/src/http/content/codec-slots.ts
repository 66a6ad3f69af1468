/** How many zlib streams there are at a time: each has memory of its own, outside of the heap. */
export class CodecSlots {
  readonly most: number;
  #taken = 0;

  constructor(most: number) {
    this.most = most;
  }

  get free(): boolean {
    return this.#taken < this.most;
  }

  get taken(): number {
    return this.#taken;
  }

  take(): void {
    this.#taken += 1;
  }

  give(): void {
    this.#taken -= 1;
  }
}
