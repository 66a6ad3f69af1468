/** As many at any time, and as many more for each stream and each frame with content: Envoy allows as much. */
const forNothing = 50;
const forUse = 20;

/** Content in smaller pieces than this is of no use where it could be more: silly window syndrome, CVE-2019-9511. */
export const leastUsefulBytes = 256;

/**
 * How many frames without a use of their own a peer may send: PING, WINDOW_UPDATE, PRIORITY, acknowledgements, frames that nobody knows, that
 * are empty, or that belong to streams that are over. Honest ones come with streams and content, and there are some of them for each; a
 * peer that sends nothing else could go on for ever (CVE-2019-9511 to -9518).
 */
export class FrameAllowance {
  #left = forNothing;

  /** A stream was opened, or content moved in either direction. */
  earn(): void {
    this.#left += forUse;
  }

  /** One more of them. False when that is too many. */
  spend(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }
}
