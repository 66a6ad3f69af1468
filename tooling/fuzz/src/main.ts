import { runCommand, UsageError } from "@monolake/command-line";
import { type Fuzzer, type FuzzReport, runFuzzer } from "@monolake/test-kit";
import { type FuzzOptions, parseCommandLine, usage } from "./command-line.ts";
import { fuzzers } from "./fuzzers.ts";

async function load(name: string): Promise<Fuzzer> {
  const place = fuzzers[name];
  if (place === undefined)
    throw new UsageError(`unknown fuzzer ${name}; there are: ${Object.keys(fuzzers).join(", ")}`);
  const module = (await import(new URL(`../../../${place.module}`, import.meta.url).href)) as Record<
    string,
    Fuzzer
  >;
  const fuzzer = module[place.export];
  if (fuzzer === undefined) throw new Error(`${place.module} does not export ${place.export}`);
  return fuzzer;
}

const lineOf = ({ name, inputs, executions, crashes, differences }: FuzzReport): string =>
  `${name.padEnd(24)} ${inputs} inputs, ${executions} executions, ${crashes} crashes, ${differences} differences`;

async function fuzz({ names, seconds, count, seed }: FuzzOptions): Promise<boolean> {
  const chosen = names ?? Object.keys(fuzzers);
  const loaded = await Promise.all(chosen.map(load));
  console.log(`seed ${seed}`);
  const reports: FuzzReport[] = [];
  for (const fuzzer of loaded) {
    const report = await runFuzzer(fuzzer, {
      seed,
      ...(seconds !== undefined && { seconds: seconds / loaded.length }),
      ...(count !== undefined && { count }),
    });
    reports.push(report);
    for (const failure of report.failures) {
      console.log(
        `${fuzzer.name} ${failure.type}, again with --only ${fuzzer.name} --seed ${failure.seed} --count 1`,
      );
      console.log(failure.type === "crash" ? failure.error : failure.error.message);
    }
    console.log(lineOf(report));
  }
  const sum = (of: (report: FuzzReport) => number) => reports.reduce((all, report) => all + of(report), 0);
  const failed = sum(({ crashes, differences }) => crashes + differences);
  const executions = sum((report) => report.executions);
  const crashes = sum((report) => report.crashes);
  console.log(`${executions} executions, ${crashes} crashes, ${failed - crashes} differences`);
  return failed === 0 && executions > 0;
}

await runCommand({ name: "fuzz", usage, parse: parseCommandLine, run: fuzz });
