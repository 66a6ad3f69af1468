import { fileURLToPath } from "node:url";
import { type RunningProgram, startProgram } from "./start-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const main = fileURLToPath(new URL("../../../apps/monolake/src/main.ts", import.meta.url));

/** How the proxy is started. */
export interface MonolakeOptions {
  /** The configuration, TOML. */
  readonly config: string;
  /** Default `info`. Less says nothing of being ready: with it, wait for what must be there. */
  readonly logLevel?: string;
  /** For Node.js, in front of the proxy's own arguments. */
  readonly nodeArguments?: readonly string[];
  /** Wait until the output matches. Default: until every server serves. */
  readonly readyPattern?: RegExp;
}

/** The proxy in a process of its own. */
export interface RunningMonolake extends AsyncDisposable {
  readonly program: RunningProgram;
  /** Changes the configuration file; the proxy sees it by itself. */
  readonly configure: (config: string) => Promise<void>;
}

/** Starts this repository's proxy from its sources, as users start it, with a configuration file of its own. */
export async function startMonolake(options: MonolakeOptions): Promise<RunningMonolake> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const file = await folder.write("monolake.toml", options.config);
  const program = cleanup.use(
    await startProgram(
      process.execPath,
      [
        ...(options.nodeArguments ?? []),
        ...["--conditions=@monolake/source", main],
        ...["--config", file, "--log-level", options.logLevel ?? "info"],
      ],
      { readyPattern: options.readyPattern ?? /"msg":"ready"/, timeoutMs: 60_000 },
    ),
  );
  const owned = cleanup.move();
  return {
    program,
    configure: async (config) => {
      await folder.write("monolake.toml", config);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
