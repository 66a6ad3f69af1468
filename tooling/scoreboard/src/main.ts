import type { Row } from "./row.ts";
import { abortedClients } from "./rows/aborted-clients.ts";
import { backpressure } from "./rows/backpressure.ts";
import { conformance, smugglingDifferential } from "./rows/conformance.ts";
import { crashes } from "./rows/crashes.ts";
import { idleConnections } from "./rows/idle-connections.ts";
import { killedUpstream, killedUpstreamOfMany } from "./rows/killed-upstream.ts";
import { largeTransfers } from "./rows/large-transfers.ts";
import { lateAnswers } from "./rows/late-answers.ts";
import { realHeads } from "./rows/real-heads.ts";
import { reloads } from "./rows/reloads.ts";
import { restarts } from "./rows/restarts.ts";
import { sigtermDrain } from "./rows/sigterm-drain.ts";
import { slowAttacks } from "./rows/slow-attacks.ts";
import { steadyMemory } from "./rows/steady-memory.ts";
import { thriftKilledUpstream } from "./rows/thrift-killed-upstream.ts";
import { thriftReloads } from "./rows/thrift-reloads.ts";
import { thriftTimeouts } from "./rows/thrift-timeouts.ts";
import { timersAfterReloads } from "./rows/timers-after-reloads.ts";
import { twoHundredServers } from "./rows/two-hundred-servers.ts";

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
  "sigterm-drain": sigtermDrain,
  "two-hundred-servers": twoHundredServers,
  "idle-connections": idleConnections,
  "slow-attacks": slowAttacks,
  "thrift-reloads": thriftReloads,
  "thrift-killed-upstream": thriftKilledUpstream,
  "thrift-timeouts": thriftTimeouts,
  "steady-memory": steadyMemory,
  backpressure,
  "timers-after-reloads": timersAfterReloads,
};

const json = process.argv.includes("--json");
const wanted = process.argv.slice(2).filter((word) => word !== "--json");
const unknown = wanted.filter((name) => !Object.hasOwn(rows, name));
if (unknown.length > 0) {
  console.error(`unknown row ${unknown.join(", ")}; rows are: ${Object.keys(rows).join(", ")}`);
  process.exit(2);
}
let failed = 0;
for (const [name, measure] of Object.entries(rows)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  for (const figure of await measure()) {
    if (!figure.ok) failed += 1;
    const { name: figureName, value, goal, ok } = figure;
    console.log(json ? JSON.stringify(figure) : `${figureName} ${value} ${goal} ${ok ? "ok" : "FAILED"}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
