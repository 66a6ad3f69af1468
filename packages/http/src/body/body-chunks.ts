import type { Body } from "./body.ts";

/**
 * The parts of a body as they arrive, each in memory of its own, read as fast as the loop takes them. Leaving the loop
 * early cancels the body; a body that breaks off throws.
 */
export async function* bodyChunks(body: Body): AsyncGenerator<Buffer, void, undefined> {
  const arrived: Buffer[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: Error | undefined;
  const wakeUp = () => {
    wake?.();
    wake = undefined;
  };
  body.pipe({
    write(chunk) {
      arrived.push(Buffer.from(chunk));
      wakeUp();
      return false;
    },
    end() {
      ended = true;
      wakeUp();
    },
    fail(error) {
      failure = error;
      wakeUp();
    },
  });
  try {
    while (true) {
      const chunk = arrived.shift();
      if (chunk !== undefined) {
        yield chunk;
        body.resume();
      } else if (failure !== undefined) throw failure;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    // Also behind the end: the last chunk was not given back.
    body.cancel();
  }
}
