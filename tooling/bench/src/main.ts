import { spawnSync } from "node:child_process";
import { runCommand, UsageError } from "@monolake/command-line";
import { findProgram } from "@monolake/test-kit";
import { type BenchOptions, parseCommandLine, usage } from "./command-line.ts";
import { repositoryPath } from "./contestants/contestant.ts";
import { compileLoadProgram } from "./load-program.ts";
import { allowedCores } from "./processes.ts";
import { runBeside } from "./run-beside.ts";
import { contestantsOf, runSuite } from "./run-suite.ts";

/** Throws {@link UsageError} when no suite has one of the proxies that were asked for. */
function checkNames({ only = [], suites, monolakeFrom }: BenchOptions): void {
  const ids = new Set(suites.flatMap((suite) => suite.contestants(monolakeFrom).map(({ id }) => id)));
  const unknown = only.find((id) => !ids.has(id));
  if (unknown !== undefined)
    throw new UsageError(`unknown proxy ${unknown}; there are: ${[...ids].join(", ")}`);
}

function chooseCores({ cores }: BenchOptions): { readonly proxy: number; readonly load: number } {
  if (process.platform !== "linux" || findProgram("taskset") === undefined) {
    throw new UsageError(
      "needs Linux and taskset (Debian package util-linux) to give every side a core of its own",
    );
  }
  const allowed = allowedCores();
  const { proxy = allowed.at(-1), load = allowed[0] } = cores ?? {};
  if (proxy === undefined || load === undefined || proxy === load) {
    throw new UsageError("needs two cores, one for the proxy and one for the load");
  }
  return { proxy, load };
}

function buildMonolake(): void {
  console.log("building Monolake");
  const turbo = repositoryPath("node_modules/.bin/turbo");
  const { status } = spawnSync(turbo, ["run", "build", "--filter=monolake", "--output-logs=errors-only"], {
    cwd: repositoryPath(""),
    stdio: ["ignore", "inherit", "inherit"],
  });
  // turbo needs pnpm on the PATH, which it is in a script of pnpm's.
  if (status !== 0)
    throw new UsageError("Monolake could not be built; start this with `pnpm bench`, or use --source");
}

/** Takes the contestants and their folders along when somebody stops the run, until it is called back. */
function stopOnSignal(cleanup: AsyncDisposableStack): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const stop = () => void cleanup.disposeAsync().finally(() => process.exit(1));
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
}

async function bench(options: BenchOptions): Promise<boolean> {
  checkNames(options);
  const cores = chooseCores(options);
  const loadProgram = await compileLoadProgram();
  const suites = options.suites.filter((suite) => contestantsOf(suite, options).length > 0);
  const hasMonolake = suites.some((suite) =>
    contestantsOf(suite, options).some(({ kind }) => kind === "ours"),
  );
  if (options.monolakeFrom === "build" && hasMonolake && options.beside === undefined) buildMonolake();
  let isGood = true;
  for (const suite of suites) {
    const missing = suite.missing?.();
    if (missing !== undefined) {
      console.log(`skipped ${suite.texts.heading}: ${missing}`);
      continue;
    }
    await using cleanup = new AsyncDisposableStack();
    const forget = stopOnSignal(cleanup);
    const place = { cores, loadProgram, cleanup };
    const { beside } = options;
    const run =
      beside === undefined
        ? runSuite(suite, options, place)
        : runBeside(suite, { ...options, beside }, place);
    if (!(await run)) isGood = false;
    forget();
  }
  return isGood;
}

await runCommand({ name: "bench", usage, parse: parseCommandLine, run: bench });
