import { request } from "node:http";
import { startHttpUpstream } from "@monolake/test-kit";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure, holds } from "../row.ts";

const rounds = 10;
const inFlight = 64;
const answerMs = 300;

interface Answer {
  readonly ok: boolean;
  readonly closes: boolean;
}

/** SIGTERM while 64 requests wait for a slow upstream, ten times: each is answered and told that it was the last. */
export async function sigtermDrain(): Promise<readonly Figure[]> {
  const answers: Answer[] = [];
  const exits: (number | null)[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let arrived = 0;
    const allArrived = Promise.withResolvers<void>();
    await using upstream = await startHttpUpstream((_request, response) => {
      arrived += 1;
      if (arrived === inFlight) allArrived.resolve();
      setTimeout(() => response.end("x".repeat(10_000)), answerMs);
    });
    await using proxy = await startProxyProcess({ servers: (port) => httpServer(port, [upstream.port]) });
    const asked = Array.from({ length: inFlight }, () => ask(proxy.port));
    await allArrived.promise;
    proxy.program.kill("SIGTERM");
    answers.push(...(await Promise.all(asked)));
    exits.push((await proxy.program.exited).code);
  }
  return [
    atLeast("sigterm-drain-requests-in-flight", answers.length, rounds * inFlight),
    atMost("sigterm-drain-lost-requests", answers.filter(({ ok }) => !ok).length, 0),
    atMost("sigterm-drain-without-connection-close", answers.filter(({ closes }) => !closes).length, 0),
    holds(
      "sigterm-drain-exit-0",
      exits.every((code) => code === 0),
      "exit code 0 each time",
    ),
  ];
}

function ask(port: number): Promise<Answer> {
  return new Promise((resolve) => {
    const lost = () => resolve({ ok: false, closes: false });
    const asking = request({ host: "127.0.0.1", port, headers: { connection: "keep-alive" } }, (response) => {
      let bytes = 0;
      response.on("data", (part: Buffer) => {
        bytes += part.length;
      });
      response.on("error", lost);
      response.on("end", () => {
        const closes = response.headers.connection === "close";
        resolve({ ok: response.statusCode === 200 && bytes === 10_000, closes });
      });
    });
    asking.on("error", lost);
    asking.end();
  });
}
