import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FetchModuleError } from "../errors.ts";
import type { Fetch } from "./fetch-handler.ts";

/**
 * The handler that a module exports by default: a function, or an object with a `fetch`, as frameworks make them. A relative
 * file name starts from the working directory. A module is loaded once in a thread, whatever becomes of its file. Rejects with
 * ERR_HTTP_FETCH_MODULE.
 */
export async function importFetch<Context>(file: string): Promise<Fetch<Context>> {
  const path = resolve(file);
  const exported = await defaultOf(path);
  if (typeof exported === "function") return exported as Fetch<Context>;
  const { fetch } = (exported ?? {}) as { readonly fetch?: unknown };
  if (typeof fetch !== "function") {
    const problem = "expected a default export that is a function of a Request, or has one called fetch";
    throw new FetchModuleError({ path, problem });
  }
  return (request, info) => fetch.call(exported, request, info);
}

const importer = ` imported from ${fileURLToPath(import.meta.url)}`;

async function defaultOf(path: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // A module that is not there was imported from here, which nobody outside has to know.
    const problem = message.endsWith(importer) ? message.slice(0, -importer.length) : message;
    throw new FetchModuleError({ path, problem, cause });
  }
}
