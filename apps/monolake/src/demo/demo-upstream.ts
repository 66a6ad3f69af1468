import { createServer, type Server } from "node:http";
import { CommandFailure } from "../run/command-failure.ts";

/** A small web server to proxy to, so that the first try needs nothing else. Throws {@link CommandFailure}. */
export async function startDemoUpstream(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      response.setHeader("Content-Type", "application/json");
      const seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
      response.end(`${JSON.stringify({ upstream: "demo", ...seen }, undefined, 2)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "it is in use" : cause.message;
      reject(new CommandFailure(`the demo's upstream cannot listen on 127.0.0.1:${port}: ${reason}`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
