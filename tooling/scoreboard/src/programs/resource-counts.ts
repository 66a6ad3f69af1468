import { isMainThread, threadId } from "node:worker_threads";

// Loaded before the proxy, in each of its threads: on SIGURG, which the proxy does not know, every thread says what keeps it busy.
const channel = new BroadcastChannel("scoreboard-resources");
channel.onmessage = () => tell();
(channel as unknown as { unref(): void }).unref();

function tell(): void {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  process.stderr.write(`resources ${JSON.stringify({ thread: threadId, counts })}\n`);
}

if (isMainThread) {
  process.on("SIGURG", () => {
    channel.postMessage("tell");
    tell();
  });
}
