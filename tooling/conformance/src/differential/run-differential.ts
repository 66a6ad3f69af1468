import { connect } from "node:net";
import { eventually } from "@monolake/test-kit";
import type { ConformanceCase } from "../cases/conformance-case.ts";
import { readResponses } from "../client/read-responses.ts";
import { runClient } from "../client/run-client.ts";
import { compareRequests } from "./compare-requests.ts";
import type { Reader, ReaderLane, ReadRequest } from "./readers/reader.ts";
import { type RecordingGateway, startRecordingGateway } from "./recording-gateway.ts";

/** What a gateway and one upstream made of the payload of a case. */
export interface DifferentialResult {
  readonly case: ConformanceCase;
  readonly sent: number;
  readonly read: number;
  /** Empty when both agree. */
  readonly differences: readonly string[];
}

/** Payloads that would be watched longer are over by then as far as requests are concerned. */
const longestWatchMs = 500;
const sentinel = "/sentinel";
const lostAfterMs = 3_000;

/** Replays the payloads of cases through gateways to upstreams of one make. */
export async function runDifferential(
  cases: readonly ConformanceCase[],
  { lanes }: Reader,
  { pipelining }: { readonly pipelining?: number } = {},
): Promise<readonly DifferentialResult[]> {
  const results: DifferentialResult[] = [];
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      await using gateway = await startRecordingGateway(lane.port, pipelining);
      for (let index = next++; index < cases.length; index = next++)
        results[index] = await replay(cases[index] as ConformanceCase, gateway, lane);
    }),
  );
  return results;
}

async function replay(
  one: ConformanceCase,
  gateway: RecordingGateway,
  lane: ReaderLane,
): Promise<DifferentialResult> {
  await lane.begin(one);
  gateway.begin();
  const methods = one.methods ?? [];
  await runClient(
    { ...one, timeoutMs: Math.min(one.timeoutMs ?? longestWatchMs, longestWatchMs) },
    {
      port: gateway.port,
      isEnough: (received) => {
        const { responses } = readResponses(received, methods, { ended: false });
        return responses.length > 0 && responses.every(({ complete }) => complete);
      },
    },
  );
  lane.answerPlainly?.();
  const lost = await sendSentinel(gateway.port);
  const isSentinel = ({ line }: ReadRequest) => line === `GET ${sentinel}`;
  const arrived = async () => (await lane.read()).some(isSentinel);
  const late = await eventually(arrived, { timeoutMs: lostAfterMs }).then(
    () => undefined,
    () => "the request that followed was not read",
  );
  const sent = gateway.sent.filter(({ target }) => target !== sentinel);
  const compare = async () =>
    compareRequests(
      sent,
      (await lane.read()).filter((request) => !isSentinel(request)),
    );
  // An upstream may say of a request that broke off only when it has seen that.
  const agrees = async () => (await compare()).length === 0;
  await eventually(agrees, { timeoutMs: 500 }).catch(() => {});
  const differences = await compare();
  const read = (await lane.read()).filter((request) => !isSentinel(request)).length;
  const problems = [...differences, ...[lost, late].filter((problem) => problem !== undefined)];
  return { case: one, sent: sent.filter(({ attempts }) => attempts > 0).length, read, differences: problems };
}

/** A plain request behind a case: whatever the case left on upstream connections would get in its way. */
async function sendSentinel(port: number): Promise<string | undefined> {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    let received = "";
    socket.setEncoding("latin1");
    socket.setTimeout(lostAfterMs, () => socket.destroy());
    socket.on("data", (text: string) => {
      received += text;
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(received));
    socket.write(`GET ${sentinel} HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n`);
  });
  const [response] = readResponses(answer, ["GET"], { ended: true }).responses;
  if (response?.status === 200 && response.body === "ok") return undefined;
  return `the request that followed got ${JSON.stringify(answer.slice(0, 200))}`;
}
