import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What V8 gives to a program that asks for it. */
type Collect = (options: { readonly type: "major" | "minor" }) => void;

/**
 * How many bytes `work` leaves in the memory of old objects of this thread, where only full collections look: what it used for a moment
 * must not get there, or short-lived things pile up between two of those. Little work is enough: a full collection in the middle of it
 * would hide what it left.
 */
export async function bytesMadeOld(work: () => Promise<void>): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  collect({ type: "major" });
  const before = oldBytes();
  await work();
  // What survives two of them is old.
  for (let times = 0; times < 3; times += 1) collect({ type: "minor" });
  return oldBytes() - before;
}

const oldBytes = (): number =>
  getHeapSpaceStatistics()
    .filter(({ space_name: name }) => name === "old_space" || name === "large_object_space")
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
