import { type ConfigProblem, createFileSource, formatProblems } from "@monolake/config";
import { createRouter } from "@monolake/services/http";
import { createRouteCheck, parseProxyConfig } from "../schema/index.ts";
import { missingCertificateFiles } from "./certificate-files.ts";

/** What is to be said about a file, and whether the proxy would start with it. */
export interface CheckReport {
  readonly ok: boolean;
  /** Ends with a line feed. */
  readonly text: string;
}

/** Looks at a configuration file as a start would, and at what a start only finds out later. Throws ERR_CONFIG_READ. */
export async function checkFile(file: string, options: { readonly color: boolean }): Promise<CheckReport> {
  const { text } = await createFileSource(file).load();
  const outcome = parseProxyConfig({ text, file, checkRoutes: createRouteCheck(createRouter) });
  if (outcome.type === "invalid") return report(file, outcome.problems, options);
  const { config, unsupported, warnings, withoutEffect } = outcome;
  const missing = missingCertificateFiles(outcome);
  const problems = [...unsupported, ...warnings, ...withoutEffect, ...missing];
  return report(file, problems, { ...options, servers: config.servers.length });
}

interface ReportOptions {
  readonly color: boolean;
  /** Of a valid file. */
  readonly servers?: number;
}

function report(file: string, problems: readonly ConfigProblem[], options: ReportOptions): CheckReport {
  const { color, servers } = options;
  const sorted = problems.toSorted((a, b) => a.position.offset - b.position.offset);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const what =
    servers === undefined || errors > 0 ? "cannot be served" : `is good: ${count(servers, "server")}`;
  const counts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const summary = [`${file} ${what}`, ...counts.filter((part) => part !== "")].join(", ");
  const shown = formatProblems(sorted, { color });
  return { ok: errors === 0, text: `${shown}${shown === "" ? "" : "\n"}${summary}\n` };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
