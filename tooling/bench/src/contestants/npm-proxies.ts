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

/** What people on Node.js use instead for HTTP; one program for each in src/rivals. */
export const httpNpmProxies: readonly Contestant[] = [
  npmProxy("fast-proxy", "fast-proxy"),
  npmProxy("node-http-undici", "node:http + undici"),
  npmProxy("fastify-http-proxy", "@fastify/http-proxy"),
  npmProxy("http-proxy", "http-proxy"),
];

/** A server of the npm package thrift whose handler calls a client of it. It does not speak TTHeader. */
export const npmThriftProxy: Contestant = {
  ...npmProxy("npm-thrift", "thrift (npm)"),
  takesPart: ({ protocol }) => protocol === "framed",
};
