import { createServer } from "node:http";
import fastProxy from "fast-proxy";
import { portsFromCommandLine } from "./ports.ts";

const { listenPort, upstreamPort } = portsFromCommandLine();

const { proxy } = fastProxy({ base: `http://127.0.0.1:${upstreamPort}`, undici: { pipelining: 1 } });

createServer((request, response) => {
  proxy(request, response, request.url ?? "/", {});
}).listen(listenPort, "127.0.0.1");
