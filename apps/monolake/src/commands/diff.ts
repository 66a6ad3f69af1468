import { isDeepStrictEqual } from "node:util";
import { diffSites } from "@monolake/config";
import { changedKeys, type KeyChange } from "../diff/changed-keys.ts";
import { describeChange } from "../diff/describe-change.ts";
import { sitesOf } from "../run/proxy-sites.ts";
import type { ValidProxyConfig } from "../schema/index.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";
import { readValidConfig } from "./read-valid-config.ts";

export const diffCommand: Command = {
  name: "diff",
  usage: "diff OLD NEW",
  summary: "say what a reload from one configuration to another would do",
  details: `Compares as a reload does: by server, deeply, whatever the format, and names the keys that differ. Files that are named, such
as certificates, are not read. Secrets are not shown.
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
    process.stdout.write(`${[...siteLines(before, after), ...runtimeLines(before, after)].join("\n")}\n`);
  },
};

function siteLines(before: ValidProxyConfig, after: ValidProxyConfig): string[] {
  const diff = diffSites(sitesOf(before.config), sitesOf(after.config));
  const { added, removed, changed, unchanged, renamed } = diff;
  const newName = new Map(renamed.map(({ from, to }) => [from, to]));
  const oldName = new Map(renamed.map(({ from, to }) => [to, from]));
  const keysOf = (from: string, to: string) =>
    changesOf(before, after, [serverTable(before, from), serverTable(after, to)]).map(
      ({ text }) => `           ${text}`,
    );
  return [
    ...unchanged.map(({ key }) => `unchanged  ${key}`),
    ...changed.flatMap(({ key, previous, next }) => [
      isDeepStrictEqual(previous.listen, next.listen)
        ? `updated    ${key}: its service is exchanged; the listener stays open, connections keep what they began with`
        : `moved      ${key}: its listener changes, and its service with it; connections to the old one are drained`,
      ...keysOf(key, key),
    ]),
    ...added
      .filter(({ key }) => !oldName.has(key))
      .map(({ key }) => `added      ${key}: a listener is opened`),
    ...renamed.flatMap(({ from, to }) => [
      `renamed    ${from} to ${to}: takes over its pools and its listener's address`,
      ...keysOf(from, to),
    ]),
    ...removed
      .filter(({ key }) => !newName.has(key))
      .map(({ key }) => `removed    ${key}: its listener is closed, its connections are drained`),
  ];
}

/** With what it has from the whole file. */
function serverTable({ file }: ValidProxyConfig, key: string): object {
  const server = file.servers[key];
  return { ...server, debug: server?.debug ?? file.debug };
}

function runtimeLines(before: ValidProxyConfig, after: ValidProxyConfig): string[] {
  // Keys without effect may differ.
  if (isDeepStrictEqual(before.config.runtime, after.config.runtime)) return [];
  return changesOf(before, after, [before.file.runtime, after.file.runtime]).map(({ change, text }) => {
    const waits = change.path[0] === "worker_type";
    return `runtime    ${text}: ${waits ? "waits for the next start" : "workers are added, removed or replaced"}`;
  });
}

const changesOf = (
  before: ValidProxyConfig,
  after: ValidProxyConfig,
  [old, next]: readonly [object, object],
): { readonly change: KeyChange; readonly text: string }[] =>
  changedKeys(old, next).map((change) => ({
    change,
    text: describeChange(change, { before: before.conceal, after: after.conceal }),
  }));
