import { readAskedRequest } from "../explain/asked-request.ts";
import { explainRequest } from "../explain/explain-request.ts";
import { findServer } from "../explain/find-server.ts";
import type { HttpServerConfig, ValidProxyConfig } from "../schema/index.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";
import { readValidConfig } from "./read-valid-config.ts";

export const explainCommand: Command = {
  name: "explain",
  usage: "explain METHOD URL --config PATH",
  summary: "say which server, route and upstream would take a request, and why",
  details: `Asks the code that reads and routes requests; nothing is sent to anybody. The server is the one that listens at the host and port of
the URL, at its port, or the only one for HTTP.

Options:
  -c, --config PATH       the configuration: a file, or a folder of them
  -H, --header 'A: B'     a header field of the request; as often as needed
  -s, --server KEY        the server, whatever the URL says

Exits with 0 when a route takes the request, and with 1 when none does.
`,
  async run(args) {
    const parsed = readArguments(this, args, {
      config: { type: "string", short: "c" },
      header: { type: "string", short: "H", multiple: true },
      server: { type: "string", short: "s" },
    });
    if (parsed === undefined) return;
    const { values, positionals } = parsed;
    const [method, url, unexpected] = positionals;
    if (method === undefined || url === undefined)
      throw usageFailure("a method and a url are needed: use explain METHOD URL", this);
    if (unexpected !== undefined) throw usageFailure(`unexpected argument ${unexpected}`, this);
    if (values.config === undefined)
      throw usageFailure("no configuration file given: use --config PATH", this);
    const asked = parseUrl(url);
    const { config, conceal } = await readValidConfig(values.config);
    const { server, why } = serverFor({ config, conceal }, asked, values.server);
    const headers = headersOf(values.header ?? [], asked.authority);
    const request = readAskedRequest(server, { method, target: asked.target, headers });
    const { text, taken } =
      "refused" in request ? { text: `${request.refused}\n`, taken: false } : explainRequest(server, request);
    process.stdout.write(conceal(`server ${JSON.stringify(server.key)}: ${why}\n${text}`));
    if (!taken) process.exitCode = 1;
  },
};

interface AskedUrl {
  readonly authority: string;
  readonly host: string;
  readonly port: number;
  /** As it is written: a request is not what a URL parser makes of it. */
  readonly target: string;
}

function parseUrl(text: string): AskedUrl {
  const [, scheme = "", authority = "", rest = ""] = /^(https?):\/\/([^/?#]+)([^#]*)$/i.exec(text) ?? [];
  const url = URL.parse(`${scheme}://${authority}/`);
  if (url === null)
    throw usageFailure(`expected a url such as http://127.0.0.1:8080/path, found ${text}`, explainCommand);
  const port = url.port === "" ? (scheme.toLowerCase() === "https" ? 443 : 80) : Number(url.port);
  const target = rest.startsWith("/") ? rest : `/${rest}`;
  return { authority, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, target };
}

function serverFor(
  { config, conceal }: Pick<ValidProxyConfig, "config" | "conceal">,
  asked: AskedUrl,
  key: string | undefined,
): { server: HttpServerConfig; why: string } {
  const found = findServer(config, asked, key);
  if ("server" in found) return found;
  throw usageFailure(conceal(found.problem), explainCommand);
}

function headersOf(lines: readonly string[], authority: string): (readonly [string, string])[] {
  const fields = lines.map((line) => {
    const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw usageFailure(`expected a header such as 'X-Env: canary', found ${line}`, explainCommand);
    return [name, value] as const;
  });
  const hasHost = fields.some(([name]) => name.toLowerCase() === "host");
  return hasHost ? fields : [["Host", authority], ...fields];
}
