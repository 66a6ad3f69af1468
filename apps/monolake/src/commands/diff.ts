import { isDeepStrictEqual } from "node:util";
import { diffSites, type SiteDiff } from "@monolake/config";
import { sitesOf } from "../run/proxy-sites.ts";
import type { ValidProxyConfig } from "../schema/index.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";
import { readValidConfig } from "./read-valid-config.ts";

export const diffCommand: Command = {
  name: "diff",
  usage: "diff OLD NEW",
  summary: "say what a reload from one configuration to another would do",
  details: `Compares as a reload does: by server, deeply, whatever the format. Files that are named, such as certificates, are not read.
Each is a file, or a folder of them. Exits with 0 when both are valid, and with 1 when not.
`,
  async run(args) {
    const parsed = readArguments(this, args, {});
    if (parsed === undefined) return;
    const [oldFile, newFile, unexpected] = parsed.positionals;
    if (oldFile === undefined || newFile === undefined)
      throw usageFailure("two configurations are needed: use diff OLD NEW", this);
    if (unexpected !== undefined) throw usageFailure(`unexpected argument ${unexpected}`, this);
    const before = await readValidConfig(oldFile);
    const after = await readValidConfig(newFile);
    const lines = [
      ...siteLines(diffSites(sitesOf(before.config), sitesOf(after.config))),
      ...runtimeLines(before, after),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  },
};

function siteLines(diff: SiteDiff): string[] {
  const { added, removed, changed, unchanged, renamed } = diff;
  const newName = new Map(renamed.map(({ from, to }) => [from, to]));
  const oldName = new Map(renamed.map(({ from, to }) => [to, from]));
  return [
    ...unchanged.map(({ key }) => `unchanged  ${key}`),
    ...changed.map(({ key, previous, next }) =>
      isDeepStrictEqual(previous.listen, next.listen)
        ? `updated    ${key}: its service is exchanged; the listener stays open, connections keep what they began with`
        : `moved      ${key}: its listener changes, and its service with it; connections to the old one are drained`,
    ),
    ...added
      .filter(({ key }) => !oldName.has(key))
      .map(({ key }) => `added      ${key}: a listener is opened`),
    ...renamed.map(
      ({ from, to }) => `renamed    ${from} to ${to}: takes over its pools and its listener's address`,
    ),
    ...removed
      .filter(({ key }) => !newName.has(key))
      .map(({ key }) => `removed    ${key}: its listener is closed, its connections are drained`),
  ];
}

function runtimeLines(old: ValidProxyConfig, next: ValidProxyConfig): string[] {
  const [before, after] = [old.config.runtime, next.config.runtime];
  if (isDeepStrictEqual(before, after)) return [];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof typeof before>;
  const changed = [...names].filter((name) => before[name] !== after[name]);
  return changed.map((name) => {
    const effect =
      name === "workerType" ? "waits for the next start" : "workers are added, removed or replaced";
    const values = [
      old.conceal(String(before[name] ?? "default")),
      next.conceal(String(after[name] ?? "default")),
    ];
    return `runtime    ${name}: ${values.join(" to ")}: ${effect}`;
  });
}
