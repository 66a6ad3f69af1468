import {
  type CommandOutcome,
  createLogger,
  createWorkerManager,
  type Logger,
  type LogLevel,
  type ResultGroup,
  type ServiceCommand,
  type ServiceSpec,
  type WorkerManager,
} from "@monolake/core";
import { eventually, rawClient, type TestAddress } from "@monolake/test-kit";
import { z } from "zod";
import {
  type ConfigText,
  createReloader,
  createTextSource,
  parseConfig,
  type Reloader,
  type ReloadOutcome,
  type SitesOutcome,
  type TextSource,
} from "../../src/index.ts";

const workers = z.array(z.int());
const schema = z.record(
  z.string(),
  z.strictObject({
    label: z.string(),
    failingWorkers: workers.optional(),
    dyingWorkers: workers.optional(),
    listen: z.strictObject({
      port: z.int().optional(),
      path: z.string().optional(),
      backlog: z.int().optional(),
    }),
  }),
);

/** One site as the configurations of these tests write it. */
export type SiteTable = z.input<typeof schema>[string];

const fixture = (file: string): string => new URL(`../fixtures/${file}`, import.meta.url).href;

/** What a gateway of one's own writes: sites from a text. */
export function readSites({ files }: ConfigText): SitesOutcome {
  const outcome = parseConfig({ files, schema });
  if (outcome.type === "invalid") return outcome;
  const sites = Object.entries(outcome.value).map(([name, { listen, ...service }]) => {
    const site = {
      service: { module: fixture("label-service.ts"), config: service },
      listen: { module: fixture("address-listener.ts"), config: listen },
    };
    return [name, site] as const;
  });
  return { type: "valid", sites: new Map(sites) };
}

const withVersion = (service: ServiceSpec, version: number): ServiceSpec => ({
  ...service,
  config: { ...(service.config as object), version },
});

/** One record as the logger got it. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export function recordingLogger(): Logger & { readonly records: readonly LogRecord[] } {
  const records: LogRecord[] = [];
  const logger = createLogger("trace", (level, fields, message) => {
    records.push({ level, fields: fields as Record<string, unknown>, message });
  });
  return { ...logger, records };
}

/** Stands before the manager: what a test does to a command before or after the workers get it. */
export type Dispatch = (
  command: ServiceCommand,
  dispatch: WorkerManager["dispatch"],
) => Promise<ResultGroup<CommandOutcome>>;

export interface KitOptions {
  readonly mode?: "threads" | "inline";
  readonly workers?: number;
  readonly dispatch?: Dispatch;
}

/** A worker manager that follows a configuration of the test's own. */
export interface Kit extends AsyncDisposable {
  readonly manager: WorkerManager;
  readonly reloader: Reloader;
  readonly source: TextSource;
  readonly log: readonly LogRecord[];
  /** Commands since the last call, as `type site`. */
  readonly takeCommands: () => string[];
  /** Changes the configuration and waits for the outcome. */
  readonly change: (sites: Record<string, SiteTable> | string) => Promise<ReloadOutcome>;
}

export async function startKit(sites: Record<string, SiteTable>, options: KitOptions = {}): Promise<Kit> {
  const { mode = "threads", workers: workerThreads = 2, dispatch } = options;
  const manager = await createWorkerManager({ mode, runtime: { workerThreads }, graceMs: 0 });
  const commands: string[] = [];
  const send: WorkerManager["dispatch"] = (command) => manager.dispatch(command);
  const recording: Pick<WorkerManager, "dispatch"> = {
    dispatch(command) {
      commands.push(`${command.type} ${command.site}`);
      return dispatch === undefined ? send(command) : dispatch(command, send);
    },
  };
  const source = createTextSource(JSON.stringify(sites), "sites.json");
  const outcomes: ((outcome: ReloadOutcome) => void)[] = [];
  const logger = recordingLogger();
  const onOutcome = (outcome: ReloadOutcome) => outcomes.shift()?.(outcome);
  try {
    const given = { manager: recording, source, read: readSites, withVersion, logger, onOutcome };
    const reloader = await createReloader(given);
    return {
      manager,
      reloader,
      source,
      log: logger.records,
      takeCommands: () => commands.splice(0),
      change(next) {
        const outcome = new Promise<ReloadOutcome>((resolve) => outcomes.push(resolve));
        source.set(typeof next === "string" ? next : JSON.stringify(next));
        return outcome;
      },
      async [Symbol.asyncDispose]() {
        await reloader.close();
        await manager.close();
      },
    };
  } catch (error) {
    await manager.close();
    throw error;
  }
}

export const local = (port: number) => ({ host: "127.0.0.1", port });

/** How the service at an address greets: label, version, and whom it follows. */
export async function greetingAt(address: TestAddress): Promise<string> {
  await using client = await rawClient(address);
  return (await client.readUntil("\n")).trim();
}

/** What the workers hold when nobody is connected any more and what was replaced has ended. */
export function settled(manager: WorkerManager) {
  return eventually(async () => {
    const stats = await manager.stats();
    const rest = stats.some(({ connections, services, sites }) => connections > 0 || services > sites.length);
    if (rest) return false;
    return stats.map(({ alive, sites }) => ({
      alive,
      sites: sites.toSorted((a, b) => a.site.localeCompare(b.site)),
    }));
  });
}
