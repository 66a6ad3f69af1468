import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { listen } from "../src/index.ts";
import { connectTo } from "./peers.ts";

interface ListeningThread extends AsyncDisposable {
  readonly address: SocketAddress;
}

/** A worker thread that loads the listen module as core's workers do, and answers each connection with its number. */
async function startWorker(config: object, id: number): Promise<ListeningThread> {
  const worker = new Worker(new URL("fixtures/answering-worker.ts", import.meta.url), {
    workerData: {
      config,
      worker: { id, count: 2 },
      module: import.meta.resolve("@monolake/listener/listen-module"),
    },
    execArgv: ["--conditions=@monolake/source"],
  });
  const [address] = (await once(worker, "message")) as [SocketAddress];
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}

async function answersOf(address: SocketAddress, count: number): Promise<string[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connectTo(address)));
  return Promise.all(clients.map((client) => client.received));
}

describe("several workers", () => {
  it("share a port, each with a listener of its own", async () => {
    // Holds a port that the workers share: with port 0 each of them would get another one.
    await using holder = await listen({ type: "socket", value: "127.0.0.1:0" });
    const config = { type: "socket", value: formatAddress(holder.address) };
    await using first = await startWorker(config, 0);
    await using _second = await startWorker(config, 1);
    await holder.close();
    const answers = await answersOf(first.address, 64);
    expect(new Set(answers)).toEqual(new Set(["0", "1"]));
    // By chance, fewer than 8 of 64 go to one of them once in 10^9 times.
    expect(answers.filter((answer) => answer === "0").length).toBeGreaterThan(8);
    expect(answers.filter((answer) => answer === "1").length).toBeGreaterThan(8);
  });

  it("get ports of their own from port 0", async () => {
    const config = { type: "socket", value: "127.0.0.1:0" };
    await using first = await startWorker(config, 0);
    await using second = await startWorker(config, 1);
    expect(formatAddress(first.address)).not.toBe(formatAddress(second.address));
  });

  it("leave a unix socket to worker 0", async () => {
    await using directory = await temporaryFolder();
    const config = { type: "unix", value: join(directory.path, "a.sock"), mode: "0600" };
    await using second = await startWorker(config, 1);
    await using first = await startWorker(config, 0);
    expect(second.address).toEqual(first.address);
    expect(await answersOf(first.address, 4)).toEqual(["0", "0", "0", "0"]);
  });

  it("take a unix socket over whose worker died", async () => {
    await using directory = await temporaryFolder();
    const config = { type: "unix", value: join(directory.path, "a.sock") };
    const first = await startWorker(config, 0);
    await first[Symbol.asyncDispose]();
    await using again = await startWorker(config, 0);
    expect(await answersOf(again.address, 2)).toEqual(["0", "0"]);
  });
});
