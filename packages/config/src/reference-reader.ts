import { createHash } from "node:crypto";
import type { ConfigFileText } from "./config-source.ts";
import { detectFormat, parseDocument } from "./format.ts";
import { resolveLimits } from "./parser-limits.ts";
import type { readConfigFile } from "./read-config-file.ts";
import { readReferencedFile } from "./read-referenced-file.ts";
import { referencedFiles } from "./resolve-references.ts";
import { SourceText } from "./source-text.ts";

/** `read` with a revision that is also that of the files that the texts refer to. */
export function createReferenceReader(read: typeof readConfigFile): typeof readConfigFile {
  let last: { readonly revision: string; readonly files: readonly string[] } | undefined;
  return async (file, maxBytes) => {
    const config = await read(file, maxBytes);
    const { revision } = config;
    if (last?.revision !== revision)
      last = { revision, files: config.files.flatMap((one) => filesOf(one, maxBytes)) };
    if (last.files.length === 0) return config;
    const hash = createHash("sha256").update(revision);
    for (const path of last.files) hash.update(JSON.stringify([path, readReferencedFile(path)]));
    return { ...config, revision: hash.digest("hex") };
  };
}

function filesOf({ file, text }: ConfigFileText, maxBytes: number): readonly string[] {
  if (!text.includes("file:")) return [];
  const source = new SourceText(file, text);
  const { root } = parseDocument(detectFormat(file, text), source, resolveLimits({ maxBytes }));
  return root === undefined ? [] : referencedFiles(root);
}
