import { Agent, createServer, ServerResponse } from "node:http";
import httpProxy from "http-proxy";
import { portsFromCommandLine } from "./ports.ts";

const { listenPort, upstreamPort } = portsFromCommandLine();

// Without an agent http-proxy opens a connection for every request.
const proxy = httpProxy.createProxyServer({
  target: { host: "127.0.0.1", port: upstreamPort },
  agent: new Agent({ keepAlive: true }),
});
proxy.on("error", (_error, _request, response) => {
  if (response instanceof ServerResponse && !response.headersSent) response.writeHead(502);
  response.end();
});

createServer((request, response) => proxy.web(request, response)).listen(listenPort, "127.0.0.1");
