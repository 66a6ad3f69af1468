import { type Contestant, repositoryPath } from "./contestant.ts";

const npmProxy = (id: string, title: string): Contestant => ({
  id,
  title,
  kind: "npm",
  prepare: async ({ listenPort, upstreamPort }) => [
    process.execPath,
    repositoryPath(`tooling/bench/src/rivals/${id}.ts`),
    String(listenPort),
    String(upstreamPort),
  ],
});

/** What people on Node.js use instead; one program for each in src/rivals. */
export const npmProxies: readonly Contestant[] = [
  npmProxy("fast-proxy", "fast-proxy"),
  npmProxy("node-http-undici", "node:http + undici"),
  npmProxy("fastify-http-proxy", "@fastify/http-proxy"),
  npmProxy("http-proxy", "http-proxy"),
];
