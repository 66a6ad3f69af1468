import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SteadyLoadOptions, SteadyResult } from "./programs/steady-load.ts";

const program = fileURLToPath(new URL("./programs/steady-load.ts", import.meta.url));

/**
 * Asks at a steady pace that does not depend on the answers, in a process of its own, so that nothing but the proxy makes an
 * answer late. What it gives stops the load.
 */
export function startSteadyLoad(options: SteadyLoadOptions): () => Promise<SteadyResult> {
  const child = fork(program, [JSON.stringify(options)], { execArgv: ["--conditions=@monolake/source"] });
  return () =>
    new Promise((resolve, reject) => {
      child.once("message", (result) => resolve(result as SteadyResult));
      child.once("exit", (code) => reject(new Error(`the load ended with ${code}`)));
      child.send("stop");
    });
}
