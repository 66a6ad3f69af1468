import { rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  type RawClient,
  type RunningProgram,
  rawClient,
  startProgram,
  type TestAddress,
} from "@monolake/test-kit";

/** The program. */
export const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Runs the proxy's command from sources. */
export const monolake = (
  programArguments: readonly string[],
  options: { readonly readyPattern?: RegExp; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RunningProgram> =>
  startProgram(process.execPath, ["--conditions=@monolake/source", main, ...programArguments], options);

/** A proxy that is followed by a test: its log, and its file. */
export interface FollowedProxy extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly file: string;
  /** Replaces the file in one step, and waits for a line of the log that was not there before. */
  readonly change: (text: string, logged: RegExp) => Promise<LogLine>;
  /** Waits for the next line of the log that matches, from where the last one was found. */
  readonly nextLine: (pattern: RegExp) => Promise<LogLine>;
}

/** A record of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Starts `monolake --config` with a file and waits until it serves. */
export async function startFollowing(file: string, text: string): Promise<FollowedProxy> {
  await writeFile(file, text);
  const program = await monolake(["--config", file]);
  let seen = 0;
  const nextLine = async (pattern: RegExp): Promise<LogLine> => {
    const rest = () => program.stdout.slice(seen).split("\n");
    let found: string | undefined;
    // The pattern that the program is waited for must see the part of the output that is new.
    while (found === undefined) {
      found = rest().find((line) => line.endsWith("}") && pattern.test(line));
      if (found === undefined) await program.waitForOutput(newOutput(program));
    }
    seen = program.stdout.indexOf(found, seen) + found.length;
    return JSON.parse(found) as LogLine;
  };
  const change = async (next: string, logged: RegExp) => {
    await replaceFile(file, next);
    return nextLine(logged);
  };
  try {
    await nextLine(/"msg":"ready"/);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return { program, file, change, nextLine, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** Matches as soon as there is more output than now. */
function newOutput({ stdout, stderr }: RunningProgram): RegExp {
  return new RegExp(`^[^]{${stdout.length + stderr.length + 1},}`);
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** One server of a test's configuration, with one upstream for every path. */
export interface ServerText {
  readonly key?: string;
  /** `127.0.0.1:PORT`, or the path of a unix socket. */
  readonly listen: number | string;
  readonly upstream: string;
  /** Further keys of the server. */
  readonly more?: string;
}

export const configText = (...servers: readonly ServerText[]): string => `[runtime]
worker_threads = 2
${servers.map(serverText).join("\n")}`;

function serverText({ key = "web", listen, upstream, more = "" }: ServerText): string {
  const listener =
    typeof listen === "number"
      ? `{ type = "socket", value = "127.0.0.1:${listen}" }`
      : `{ type = "unix", value = "${listen}" }`;
  return `
[servers.${key}]
name = "${key}"
proxy_type = "http"
listener = ${listener}
${more}
[[servers.${key}.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "${upstream}" } }]
`;
}

/** A client that keeps its connection; `get` gives head and body of an answer with a length. */
export async function keepAliveClient(
  address: TestAddress,
): Promise<RawClient & { get: () => Promise<string> }> {
  const client = await rawClient(address);
  const get = async () => {
    await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const head = await client.readUntil("\r\n\r\n");
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    return head + (await client.readExactly(Number(length))).toString();
  };
  return Object.assign(client, { get });
}

/** What one request on a connection of its own is answered with, head and body. */
export async function answerAt(address: TestAddress): Promise<string> {
  await using client = await rawClient(address);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return await client.readToEnd();
}

export const local = (port: number) => ({ host: "127.0.0.1", port });
