import type { ListenSpec, ServiceCommand, ServiceSpec } from "@monolake/core";
import type { LineServiceConfig } from "./fixtures/line-service.ts";
import type { TcpListenerConfig } from "./fixtures/tcp-listener.ts";

const fixture = (file: string): string => new URL(`./fixtures/${file}`, import.meta.url).href;

/** A specification of the service in fixtures/line-service.ts. */
export const lineService = (config: LineServiceConfig): ServiceSpec => ({
  module: fixture("line-service.ts"),
  config,
});

/** A specification of the listener in fixtures/tcp-listener.ts. */
export const tcpListener = (config: TcpListenerConfig): ListenSpec => ({
  module: fixture("tcp-listener.ts"),
  config,
});

/** The hook in fixtures/init-hook.ts. */
export const initHook = (config: unknown) => ({ module: fixture("init-hook.ts"), config });

/** Commands for one site with the fixtures. */
export const commandsFor = (site: string) => ({
  precommit: (label: string, failingWorkers: readonly number[] = []): ServiceCommand => ({
    type: "precommit",
    site,
    service: lineService({ label, failingWorkers }),
  }),
  update: (): ServiceCommand => ({ type: "update", site }),
  commit: (name: string, failingWorkers: readonly number[] = []): ServiceCommand => ({
    type: "commit",
    site,
    listen: tcpListener({ name, failingWorkers }),
  }),
  prepareAndCommit: (
    label: string,
    name: string,
    failing: { readonly service?: readonly number[]; readonly listener?: readonly number[] } = {},
  ): ServiceCommand => ({
    type: "prepare-and-commit",
    site,
    service: lineService({ label, failingWorkers: failing.service ?? [] }),
    listen: tcpListener({ name, failingWorkers: failing.listener ?? [] }),
  }),
  abort: (): ServiceCommand => ({ type: "abort", site }),
  remove: (): ServiceCommand => ({ type: "remove", site }),
});
