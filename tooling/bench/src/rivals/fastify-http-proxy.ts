import fastifyHttpProxy from "@fastify/http-proxy";
import fastify from "fastify";
import { portsFromCommandLine } from "./ports.ts";

const { listenPort, upstreamPort } = portsFromCommandLine();

const server = fastify();
await server.register(fastifyHttpProxy, { upstream: `http://127.0.0.1:${upstreamPort}` });
await server.listen({ host: "127.0.0.1", port: listenPort });
