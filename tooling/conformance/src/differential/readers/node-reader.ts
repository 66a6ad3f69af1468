import type { IncomingMessage } from "node:http";
import { type HttpUpstream, startHttpUpstream } from "@monolake/test-kit";
import type { ReaderKind, ReaderLane, ReadRequest } from "./reader.ts";

/** Servers of node:http. */
export const nodeReader: ReaderKind = {
  title: "node:http",
  async start(count) {
    const lanes = await Promise.all(Array.from({ length: count }, startNodeLane));
    return {
      title: "node:http",
      lanes,
      async [Symbol.asyncDispose]() {
        await Promise.all(lanes.map(({ upstream }) => upstream[Symbol.asyncDispose]()));
      },
    };
  },
};

/** A server of node:http that says what it read, whole or not. */
export async function startNodeLane(): Promise<ReaderLane & { readonly upstream: HttpUpstream }> {
  let read: (() => ReadRequest)[] = [];
  const upstream = await startHttpUpstream(
    (request, response) => {
      const { method, url } = request;
      let bodyBytes = 0;
      read.push(() => ({ line: `${method} ${url}`, bodyBytes, complete: request.complete }));
      request.on("data", (chunk: Buffer) => {
        bodyBytes += chunk.length;
      });
      request.on("error", () => {});
      request.once("end", () => void response.end(answerTo(request)));
    },
    // More than the gateway takes and adds.
    { maxHeaderBytes: 64 * 1024 },
  );
  return {
    upstream,
    port: upstream.port,
    begin: async () => {
      read = [];
    },
    read: async () => read.map((now) => now()),
  };
}

const answerTo = ({ method }: IncomingMessage): string => (method === "HEAD" ? "" : "ok");
