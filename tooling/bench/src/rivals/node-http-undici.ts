import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Dispatcher, Pool } from "undici";
import { portsFromCommandLine } from "./ports.ts";

const { listenPort, upstreamPort } = portsFromCommandLine();
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`);

// The headers that belong to one connection (RFC 9110 section 7.6.1): the pool and the server write their own.
const hopByHop = new Set(["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"]);

function endToEnd(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const answer = await pool.request({
    method: request.method as Dispatcher.HttpMethod,
    path: request.url ?? "/",
    headers: endToEnd(request.headers),
    body: hasBody ? request : null,
  });
  response.writeHead(answer.statusCode, endToEnd(answer.headers));
  await pipeline(answer.body, response);
}

createServer((request, response) => {
  forward(request, response).catch(() => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
}).listen(listenPort, "127.0.0.1");
