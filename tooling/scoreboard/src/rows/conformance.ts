import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import { atLeast, atMost, type Row } from "../row.ts";

const program = fileURLToPath(new URL("../../../conformance/src/main.ts", import.meta.url));

async function outputOf(...options: readonly string[]): Promise<string> {
  await using running = await startProgram(process.execPath, [
    "--conditions=@monolake/source",
    program,
    ...options,
  ]);
  await running.exited;
  return running.stdout;
}

/** Row 1: the HTTP/1.1 cases of the project, in strict mode. */
export const conformance: Row = async () => {
  const output = await outputOf();
  const [, passed, all] = /^all +(\d+)\/(\d+)/m.exec(output) ?? [];
  if (passed === undefined) throw new Error(`the cases did not run:\n${output}`);
  return [atLeast("conformance", Number(passed), Number(all))];
};

/** Row 2: payloads that the gateway and one of four makes of upstreams read differently. */
export const smugglingDifferential: Row = async () => {
  const output = await outputOf("--differential");
  const lines = [...output.matchAll(/^(scripted|node:http|nginx|HAProxy) +(\d+) +\d+ +\d+ +(\d+)$/gm)];
  if (lines.length < 4) throw new Error(`not all upstreams took part:\n${output}`);
  const sum = (column: number) => lines.reduce((all, line) => all + Number(line[column]), 0);
  if (sum(2) < 1_000) throw new Error(`only ${sum(2)} payloads were sent`);
  return [atMost("smuggling-differential", sum(3), 0)];
};
