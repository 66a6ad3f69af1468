import type { ConfigProblem } from "@monolake/config";
import type { ValidProxyConfig } from "../schema/index.ts";
import { findSyntaxFault, type SyntaxFault } from "../stack/syntax-fault.ts";

/** A problem for each module of a route that is no JavaScript on any machine. Nothing of them is run. */
export async function wrongModules({ config, problemAt }: ValidProxyConfig): Promise<ConfigProblem[]> {
  const faults = new Map<string, SyntaxFault | undefined>();
  const problems: ConfigProblem[] = [];
  for (const server of config.servers) {
    if (server.type !== "http") continue;
    for (const [index, { module }] of server.routes.entries()) {
      if (module === undefined) continue;
      if (!faults.has(module)) faults.set(module, await findSyntaxFault(module));
      const fault = faults.get(module);
      if (fault === undefined) continue;
      const path = ["servers", server.key, "routes", index, "module"];
      problems.push(problemAt(path, `${fault.place}: ${fault.message}`));
    }
  }
  return problems;
}
