import { createServer, type Server } from "node:http";

/** A small web server to proxy to, so that the first try needs nothing else. */
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
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
