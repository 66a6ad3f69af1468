import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { portAccepts } from "./port-accepts.ts";
import { type RunningProgram, startProgram } from "./start-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A HAProxy of the test's own. */
export interface RunningHaproxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly address: { readonly host: string; readonly port: number };
  readonly program: RunningProgram;
}

/**
 * Runs this machine's HAProxy in the foreground with what `configText` says of frontends and backends, and waits until its port
 * accepts: it must `bind 127.0.0.1:${port}`. Ask `skipWithout` first.
 */
export async function startHaproxy(configText: (port: number) => string): Promise<RunningHaproxy> {
  const port = await freePort();
  const running = await startHaproxyOn([port], completeConfig(configText(port)));
  const address = { host: "127.0.0.1", port };
  return {
    ...address,
    address,
    program: running.program,
    [Symbol.asyncDispose]: running[Symbol.asyncDispose],
  };
}

/** As {@link startHaproxy}, with a configuration that is complete, until each of `ports` accepts. */
export async function startHaproxyOn(
  ports: readonly number[],
  configText: string,
): Promise<Pick<RunningHaproxy, "program"> & AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const file = await folder.write("haproxy.cfg", configText);
  const program = cleanup.use(await startProgram("haproxy", ["-db", "-f", file]));
  const accepts = async () => (await Promise.all(ports.map((port) => portAccepts(port)))).every(Boolean);
  await Promise.race([
    eventually(accepts, { timeoutMs: 15_000 }),
    program.exited.then(() => Promise.reject(new Error(`HAProxy ended:\n${program.stderr}`))),
  ]);
  const owned = cleanup.move();
  return { program, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const completeConfig = (configText: string): string => `global
  nbthread 1
  maxconn 1000

defaults
  timeout client 30s
  timeout connect 5s
  timeout server 30s
${configText}
`;
