import { type ConfigProblem, createFileSource, formatProblems, sortProblems } from "@monolake/config";
import { parseProxyConfig } from "../schema/index.ts";
import { missingFiles } from "./missing-files.ts";
import { loadPemFiles } from "./pem-files.ts";
import { unusableFiles } from "./unusable-files.ts";
import { wrongModules } from "./wrong-modules.ts";

/** What is to be said about a configuration, and whether it is valid. */
export interface CheckReport {
  readonly ok: boolean;
  /** Ends with a line feed. */
  readonly text: string;
}

/** Looks at a configuration file, or a folder of them, as a start would, and at what a start only finds out later. Throws ERR_CONFIG_READ. */
export async function checkFile(file: string, options: { readonly color: boolean }): Promise<CheckReport> {
  const { files } = await createFileSource(file, { folders: true }).load();
  const outcome = parseProxyConfig({ files });
  const name = files.length === 1 ? file : `${file} (${count(files.length, "file")})`;
  if (outcome.type === "invalid") return report(name, outcome.problems, options);
  const { config, warnings, withoutEffect } = outcome;
  const pem = await loadPemFiles(
    outcome,
    async (path) => (await createFileSource(path).load()).files[0].text,
  );
  const unusable = [...pem.unusable, ...unusableFiles(outcome), ...(await wrongModules(outcome))];
  if (unusable.length > 0) return report(name, [...unusable, ...warnings], options);
  // A file may be checked on another machine than the one that serves it.
  const missing = pem.missing.map((problem): ConfigProblem => ({ ...problem, severity: "warning" }));
  missing.push(...missingFiles(outcome));
  const problems = [...warnings, ...withoutEffect, ...missing, ...pem.warnings];
  const verdict = `is good: ${count(config.servers.length, "server")}`;
  return report(name, problems, { ...options, verdict });
}

interface ReportOptions {
  readonly color: boolean;
  /** On a valid file. */
  readonly verdict?: string;
}

function report(name: string, problems: readonly ConfigProblem[], options: ReportOptions): CheckReport {
  const { color, verdict = "cannot be served" } = options;
  const sorted = sortProblems(problems);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const counts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const summary = [`${name} ${verdict}`, ...counts.filter((part) => part !== "")].join(", ");
  const shown = formatProblems(sorted, { color });
  return { ok: errors === 0, text: `${shown}${shown === "" ? "" : "\n"}${summary}\n` };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
