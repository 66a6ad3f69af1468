import { performance } from "node:perf_hooks";
import { giveOut } from "./waiting-chunks.ts";

/**
 * Answers go first. While a thread has dialled streams, no more than this many chunks of accepted ones go to their handlers in a turn of
 * the event loop; the others wait, and what upstreams have answered meanwhile is read before more work begins. A thousand clients that
 * send at once would otherwise make a thousand upstream connections busy at once, and when the answers come, nothing of them is in the
 * processor's cache any more; with few in flight the same few connections serve again and again.
 */
const perTurn = 8;
/** In turns with no more than this nobody asks for the end of the turn, which costs something, too. */
const uncounted = perTurn / 2;
/**
 * And so many more for each millisecond above {@link answersMs} that what was dialled, handshakes and long content have taken since: beside
 * much of that, eight in a turn would be next to nothing. Well above what answers alone take, also where the thread has to share its core:
 * more in flight cost 2 to 3 % with a thousand clients.
 */
const perBusyMs = 4;
const answersMs = 10;

let dialledStreams = 0;
let begun = 0;
let awaitsEnd = false;
/** When chunks were given out last; 0 while none wait. */
let gaveOutAtMs = 0;

/** A stream was dialled that may bring answers. */
export function dialledStreamOpened(): void {
  dialledStreams += 1;
}

/** It is gone, or somebody else's. */
export function dialledStreamGone(): void {
  dialledStreams -= 1;
}

/** Whether what an accepted stream has just read may be handled now; else it waits, see waiting-chunks.ts. */
export function mayBegin(): boolean {
  if (dialledStreams === 0) return true;
  if (begun >= uncounted && !awaitsEnd) {
    awaitsEnd = true;
    setImmediate(turnEnded);
  }
  if (begun === perTurn) return false;
  begun += 1;
  return true;
}

function turnEnded(): void {
  let moreWait = true;
  try {
    moreWait = giveOut(dueChunks());
  } finally {
    // Also behind a throw: nobody else would give out what waits.
    awaitsEnd = moreWait;
    // What is read meanwhile stands behind those who wait.
    begun = moreWait ? perTurn : 0;
    gaveOutAtMs = moreWait ? performance.now() : 0;
    if (moreWait) setImmediate(turnEnded);
  }
}

function dueChunks(): number {
  if (gaveOutAtMs === 0) return perTurn;
  const busyMs = performance.now() - gaveOutAtMs - answersMs;
  return busyMs > 0 ? perTurn + Math.floor(busyMs * perBusyMs) : perTurn;
}
