import { isDeepStrictEqual } from "node:util";
import { type ServiceCommand, WorkerDiedError } from "@monolake/core";
import { eventually, type RawClient, RawReadError, rawClient } from "@monolake/test-kit";
import { type Reloader, ReloadFailedError } from "../../src/index.ts";
import type { ModelRun } from "./model-run.ts";
import {
  commandSites,
  control,
  listen,
  reloadSites,
  service,
  siteNames,
  type WantedSite,
} from "./real-sites.ts";
import { expectedOf, type ModelCommand, type ModelSites } from "./site-model.ts";
import type { Fault, Step } from "./steps.ts";

interface Held {
  readonly client: RawClient;
  readonly greeting: string;
}

/** One sequence: the model beside the real thing. */
export class Sequence {
  readonly #run: ModelRun;
  readonly #reloader: Reloader;
  readonly #setText: (text: string) => void;
  #sites: ModelSites = new Map();
  #held: Held[] = [];

  constructor(run: ModelRun, reloader: Reloader, setText: (text: string) => void) {
    this.#run = run;
    this.#reloader = reloader;
    this.#setText = setText;
  }

  async step(step: Step): Promise<void> {
    switch (step.type) {
      case "command": {
        const site = commandSites[step.site];
        const { command: type, label, port, failing } = step;
        const fault = this.#possible(step.fault);
        await this.#command({
          type,
          site,
          label: `label-${label}`,
          port: this.#run.portOf(site, port),
          fault,
          failing,
        });
        break;
      }
      case "reload":
        await this.#reload(step);
        break;
      case "two-reloads":
        await this.#twoReloads(step.first, step.second);
        break;
      case "crash":
        await this.#crash(step);
        break;
      case "replace":
        await this.#run.manager.replaceWorkers();
        break;
      case "connect":
        await this.#connect(siteNames[step.site] as string);
        break;
      default: {
        const never: never = step;
        throw new TypeError(`unknown step ${JSON.stringify(never)}`);
      }
    }
    if (!this.#run.unsettled) await this.check();
  }

  /** Every committed site greets as it should in whatever worker answers, and every worker holds what it should. */
  async check(): Promise<void> {
    for (const [name, { committed }] of this.#sites) {
      if (committed === undefined) continue;
      for (let times = 0; times < 2; times += 1) {
        const [label] = (await this.#greetingAt(committed.port)).split(" ");
        if (label !== committed.label)
          throw new Error(`${name} greets as ${label}, expected ${committed.label}`);
      }
    }
    const expected = [...this.#sites]
      .map(([site, { staged, committed }]) => ({
        site,
        staged: staged !== undefined,
        committed: committed !== undefined,
      }))
      .toSorted(bySite);
    await eventually(async () => {
      if (this.#run.unsettled) return true;
      for (const { workerId, alive, sites } of await this.#run.manager.stats()) {
        const found = sites.filter(({ site }) => site !== control).toSorted(bySite);
        if (alive && !isDeepStrictEqual(found, expected))
          throw new Error(
            `worker ${workerId} holds ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`,
          );
      }
      return true;
    });
    for (const { client, greeting } of this.#held) {
      await client.write("still there\n");
      const answer = await client.readUntil("\n");
      if (answer !== greeting) throw new Error(`a connection of ${greeting.trim()} answers ${answer.trim()}`);
    }
  }

  async end(): Promise<void> {
    await this.#run.settle();
    for (const { client } of this.#held) await client[Symbol.asyncDispose]();
    this.#setText("{}");
    await this.#reloader.reload();
    for (const site of siteNames) await this.#run.manager.dispatch({ type: "remove", site });
  }

  async #command(command: ModelCommand): Promise<void> {
    const group = await this.#run.manager.dispatch(this.#toCommand(command));
    await this.#dropEnded();
    const error = group.error() as (Error & { readonly code?: string }) | undefined;
    const applied = group.results.some((result) => result.ok && result.value === "applied");
    const expected = expectedOf(this.#sites, command);
    if (error instanceof WorkerDiedError && !applied) return;
    const outcome = error === undefined || applied ? "applied" : error.code;
    if (outcome !== (typeof expected === "string" ? expected : "applied"))
      throw new Error(`${JSON.stringify(command)}: ${outcome}, expected ${JSON.stringify(expected)}`, {
        cause: error,
      });
    if (typeof expected !== "string") this.#sites = expected;
  }

  #toCommand({ type, site, label, port, fault, failing }: ModelCommand): ServiceCommand {
    const made = service(label, this.#faultsOf(fault, failing));
    const opened = listen(fault === "listener" ? this.#run.busyPort : port);
    switch (type) {
      case "precommit":
        return { type, site, service: made };
      case "commit":
        return { type, site, listen: opened };
      case "prepare-and-commit":
        return { type, site, service: made, listen: opened };
      default:
        return { type, site };
    }
  }

  async #reload({ labels, ports, failing, ...step }: Step & { readonly type: "reload" }): Promise<void> {
    const fault = this.#possible(step.fault);
    const wanted: Record<string, WantedSite> = {};
    const next = new Map([...this.#sites].filter(([name]) => !isReloadSite(name)));
    reloadSites.forEach((name, index) => {
      const label = labels[index];
      if (label === undefined) return;
      const port = this.#run.portOf(name, ports[index] ?? 0);
      wanted[name] = { label: `label-${label}`, port };
      next.set(name, { staged: undefined, committed: { label: `label-${label}`, port } });
    });
    const [last] = Object.values(wanted).slice(-1);
    if (last !== undefined) Object.assign(last, this.#faultsOf(fault, failing));
    if (last !== undefined && fault === "listener") last.port = this.#run.busyPort;
    const fails = last !== undefined && fault !== "none";
    this.#setText(JSON.stringify(wanted));
    const outcome = await this.#reloader.reload();
    await this.#dropEnded();
    if (outcome.type === "refused") {
      const { error } = outcome;
      if (error instanceof ReloadFailedError && error.notRestored.length > 0) throw error;
      if (!fails && !(error.cause instanceof WorkerDiedError)) throw error;
      return;
    }
    if (fails) throw new Error(`a reload was ${outcome.type} that should have been refused`);
    this.#sites = next;
  }

  async #twoReloads(first: number, second: number): Promise<void> {
    const port = this.#run.portOf("a", 0);
    const textOf = (label: number) => JSON.stringify({ a: { label: `label-${label}`, port } });
    this.#setText(textOf(first));
    const one = this.#reloader.reload();
    this.#setText(textOf(second));
    const outcomes = await Promise.all([one, this.#reloader.reload()]);
    const refused = outcomes.find((outcome) => outcome.type === "refused");
    if (refused?.type === "refused" && !(refused.error.cause instanceof WorkerDiedError)) throw refused.error;
    if (outcomes[1]?.type === "refused") {
      // One of them died in the middle: whatever it came to, the next try brings it there.
      await this.#run.settle();
      const again = await this.#reloader.reload();
      if (again.type === "refused") throw again.error;
    }
    this.#sites = new Map([...this.#sites].filter(([name]) => !isReloadSite(name)));
    this.#sites = new Map([
      ...this.#sites,
      ["a", { staged: undefined, committed: { label: `label-${second}`, port } }],
    ]);
  }

  async #crash({ worker, how, wait }: Step & { readonly type: "crash" }): Promise<void> {
    await this.#run.settle();
    if (!(await this.#run.crash(worker, how))) return;
    await this.#dropEnded();
    if (wait) await this.#run.settle();
  }

  /** Connections of a worker that ended are over. What ends whoever stages it ends one worker, whatever their number. */
  async #dropEnded(): Promise<void> {
    const ended = this.#run.takeEnded();
    if (ended.length > 1) throw new Error(`one step ended the workers ${ended.join(" and ")}`);
    const lost = this.#held.filter(({ greeting }) => ended.includes(Number(greeting.split(" ")[1])));
    this.#held = this.#held.filter((held) => !lost.includes(held));
    for (const { client } of lost) await client[Symbol.asyncDispose]();
  }

  /** The last worker is not ended: then there would be none in which a reload could be taken back. */
  #possible(fault: Fault): Fault {
    return fault === "death" && this.#run.pausing ? "none" : fault;
  }

  /** What one worker alone cannot do is undone in the other, or never begun there. */
  #faultsOf(fault: Fault, failing: 0 | 1): Pick<WantedSite, "dies" | "failing"> {
    if (fault === "death") return { dies: true };
    return fault === "service" ? { failing: this.#run.unsettled ? "all" : failing } : {};
  }

  async #connect(site: string): Promise<void> {
    const port = this.#sites.get(site)?.committed?.port;
    if (port === undefined || this.#run.unsettled) return;
    const client = await rawClient({ host: "127.0.0.1", port });
    const greeting = await client.readUntil("\n").catch(() => undefined);
    if (greeting === undefined) await client[Symbol.asyncDispose]();
    else this.#held.push({ client, greeting });
  }

  /** A connection that a closing listener had not accepted yet is reset by the system: that is no fault of the workers. */
  async #greetingAt(port: number, tries = 5): Promise<string> {
    try {
      await using client = await rawClient({ host: "127.0.0.1", port });
      return await client.readUntil("\n");
    } catch (error) {
      const isReset = error instanceof RawReadError || (error as NodeJS.ErrnoException).code === "ECONNRESET";
      if (tries === 1 || !isReset) throw error;
    }
    return this.#greetingAt(port, tries - 1);
  }
}

const isReloadSite = (name: string): boolean => reloadSites.some((site) => site === name);
const bySite = (left: { readonly site: string }, right: { readonly site: string }): number =>
  left.site.localeCompare(right.site);
