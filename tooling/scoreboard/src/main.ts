import { runCommand, UsageError } from "@monolake/command-line";
import { http2Attacks } from "./http2-attacks.ts";
import type { Row } from "./row.ts";
import { abortedClients } from "./rows/aborted-clients.ts";
import { backpressure } from "./rows/backpressure.ts";
import { conformance, smugglingDifferential } from "./rows/conformance.ts";
import { crashes, crashesMigrating } from "./rows/crashes.ts";
import { http2AttacksRow } from "./rows/http2-attacks.ts";
import { idleConnections, idleTlsConnections } from "./rows/idle-connections.ts";
import { killedUpstream, killedUpstreamOfMany } from "./rows/killed-upstream.ts";
import { largeTransfers } from "./rows/large-transfers.ts";
import { lateAnswers } from "./rows/late-answers.ts";
import { realHeads } from "./rows/real-heads.ts";
import { reloads } from "./rows/reloads.ts";
import { replacedCertificates } from "./rows/replaced-certificates.ts";
import { restarts } from "./rows/restarts.ts";
import { sigtermDrain } from "./rows/sigterm-drain.ts";
import { slowAttacks } from "./rows/slow-attacks.ts";
import { steadyMemory } from "./rows/steady-memory.ts";
import { testssl } from "./rows/testssl.ts";
import { thriftKilledUpstream } from "./rows/thrift-killed-upstream.ts";
import { thriftReloads } from "./rows/thrift-reloads.ts";
import { thriftTimeouts } from "./rows/thrift-timeouts.ts";
import { timersAfterReloads } from "./rows/timers-after-reloads.ts";
import { twoHundredServers } from "./rows/two-hundred-servers.ts";
import { websockets } from "./rows/websockets.ts";

/** Every row by the name that the command line takes. */
const rows: Readonly<Record<string, Row>> = {
  conformance,
  "smuggling-differential": smugglingDifferential,
  "large-transfers": largeTransfers,
  "real-heads": realHeads,
  "aborted-clients": abortedClients,
  "killed-upstream": killedUpstream,
  "pipelining-killed-upstream": killedUpstreamOfMany,
  "pipelining-late-answers": lateAnswers,
  reloads,
  restarts,
  crashes,
  "crashes-migrating": crashesMigrating,
  "sigterm-drain": sigtermDrain,
  "two-hundred-servers": twoHundredServers,
  "idle-connections": idleConnections,
  websockets,
  "idle-tls-connections": idleTlsConnections,
  "replaced-certificates": replacedCertificates,
  testssl,
  "slow-attacks": slowAttacks,
  "h2-attacks": http2AttacksRow,
  "thrift-reloads": thriftReloads,
  "thrift-killed-upstream": thriftKilledUpstream,
  "thrift-timeouts": thriftTimeouts,
  "steady-memory": steadyMemory,
  backpressure,
  "timers-after-reloads": timersAfterReloads,
};

const usage = `usage: pnpm scoreboard [ROW...] [--json]

  Rows, all of them when none is named: ${Object.keys(rows).join(", ")}
  One attack of h2-attacks: h2-attacks:NAME, with ${Object.keys(http2Attacks).join(", ")}
`;

interface ScoreboardOptions {
  readonly names: readonly string[];
  readonly json: boolean;
}

function parse(words: readonly string[]): ScoreboardOptions | "help" {
  if (words.includes("--help") || words.includes("-h")) return "help";
  const names = words.filter((word) => word !== "--json");
  const unknown = names.filter((name) => !Object.hasOwn(rows, rowOf(name)));
  if (unknown.length > 0)
    throw new UsageError(`unknown row ${unknown.join(", ")}; rows are: ${Object.keys(rows).join(", ")}`);
  return { names, json: words.includes("--json") };
}

/** A row, and perhaps a part of it behind a colon. */
const rowOf = (name: string): string => name.split(":", 1)[0] as string;
const partOf = (name: string): string | undefined => name.split(":")[1];

/** Measures one row after the other. */
async function run({ names, json }: ScoreboardOptions): Promise<boolean> {
  let failed = 0;
  for (const name of names.length > 0 ? names : Object.keys(rows)) {
    process.stderr.write(`${name} …\n`);
    for (const figure of (await rows[rowOf(name)]?.(partOf(name))) ?? []) {
      if (!figure.ok) failed += 1;
      const { value, goal, ok } = figure;
      console.log(json ? JSON.stringify(figure) : `${figure.name} ${value} ${goal} ${ok ? "ok" : "FAILED"}`);
    }
  }
  return failed === 0;
}

await runCommand({ name: "scoreboard", usage, parse, run });
