import { type ConfigProblem, ConfigReadError } from "@monolake/config";
import { certificateFacts, certificatesIn, TlsCertificateError } from "@monolake/services/tls";
import type { PemUse, ProxyConfig, ServerConfig, ValidProxyConfig } from "../schema/index.ts";
import { shownFile } from "./shown-file.ts";

/** A configuration with the contents of the PEM files that it names. */
export interface LoadedPemFiles {
  readonly config: ProxyConfig;
  /** All that were named, whether they could be read or not. */
  readonly files: readonly string[];
  /** Files that cannot be read. They may be there where the configuration is served. */
  readonly missing: readonly ConfigProblem[];
  /** Files that cannot be served, whatever machine it is. */
  readonly unusable: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** Reads the certificates, keys and authorities of a configuration, and looks whether they can be served. */
export async function loadPemFiles(
  { config, pemUses, problemAt }: ValidProxyConfig,
  read: (file: string) => Promise<string>,
): Promise<LoadedPemFiles> {
  const files = [...new Set(pemUses.flatMap(filesOf))];
  const contents = await readAll(files, read);
  const missing: ConfigProblem[] = [];
  const unusable: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  for (const use of pemUses) {
    const texts = new Map<string, string>();
    for (const [key, file] of Object.entries(use.files)) {
      const text = contents.get(file);
      const at = [...use.path, key];
      if (typeof text === "string") texts.set(key, text);
      else if (text?.isText === false)
        unusable.push(problemAt(at, `${shownFile(file)}: expected PEM, found what is no text, such as DER`));
      else missing.push(problemAt(at, `cannot read the file ${shownFile(file)}: ${text?.reason}`));
    }
    if (texts.size < filesOf(use).length) continue;
    const complaint = complaintOf(use, texts);
    if (complaint === undefined) continue;
    const { key, message, severity } = complaint;
    (severity === "error" ? unusable : warnings).push(problemAt([...use.path, key], message, severity));
  }
  const servers = config.servers.map((server) => withFiles(server, pemUses, contents));
  return { config: { ...config, servers }, files, missing, unusable, warnings };
}

const filesOf = (use: PemUse): string[] => Object.values(use.files);

/** What a file holds, or why it cannot be read; `isText` is false where it was read, and is no PEM on any machine. */
type Content = string | { readonly reason: string; readonly isText: boolean };

async function readAll(
  files: readonly string[],
  read: (file: string) => Promise<string>,
): Promise<ReadonlyMap<string, Content>> {
  const reading = files.map(async (file): Promise<[string, Content]> => {
    try {
      return [file, await read(file)];
    } catch (error) {
      if (!(error instanceof ConfigReadError)) throw error;
      const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
      return [file, { reason: error.reason, isText: code !== "ERR_ENCODING_INVALID_ENCODED_DATA" }];
    }
  });
  return new Map(await Promise.all(reading));
}

interface Complaint {
  readonly key: string;
  readonly message: string;
  readonly severity: "error" | "warning";
}

function complaintOf(use: PemUse, texts: ReadonlyMap<string, string>): Complaint | undefined {
  const { chain = "", key = "", ca = "" } = Object.fromEntries(texts);
  try {
    if ("ca" in use.files) certificatesIn(ca, "ca");
    else return complaintOfTime(certificateFacts({ chain, key }, use.ciphers));
    return undefined;
  } catch (error) {
    if (!(error instanceof TlsCertificateError)) throw error;
    const file = new Map(Object.entries(use.files)).get(error.part) ?? "";
    return { key: error.part, message: `${shownFile(file)}: ${error.reason}`, severity: "error" };
  }
}

/** Served all the same, since a clock may be wrong, and some clients do not look. */
function complaintOfTime({ validFrom, validTo }: { validFrom: Date; validTo: Date }): Complaint | undefined {
  const now = Date.now();
  if (now > validTo.getTime())
    return {
      key: "chain",
      message: `the certificate has expired: ${validTo.toISOString()}`,
      severity: "warning",
    };
  if (now < validFrom.getTime())
    return {
      key: "chain",
      message: `the certificate is not valid before ${validFrom.toISOString()}`,
      severity: "warning",
    };
  return undefined;
}

function withFiles(
  server: ServerConfig,
  uses: readonly PemUse[],
  contents: ReadonlyMap<string, unknown>,
): ServerConfig {
  const named = uses.filter((use) => use.server === server.key).flatMap(filesOf);
  if (named.length === 0) return server;
  const files = Object.fromEntries(named.map((file) => [file, String(contents.get(file))]));
  return { ...server, files };
}
