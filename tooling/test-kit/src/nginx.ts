import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { portAccepts } from "./port-accepts.ts";
import { type RunningProgram, startProgram } from "./start-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Where one nginx lives: write `listen 127.0.0.1:${port}` and keep files in `folder`. */
export interface NginxPlace {
  readonly port: number;
  readonly folder: string;
}

/** How {@link startNginx} starts. */
export interface NginxOptions {
  /** Text outside of `http { … }`, for instance a `stream { … }` block. */
  readonly mainText?: string | ((place: NginxPlace) => string);
  /** Files of dynamic modules, such as that of `stream` where it is not built in. */
  readonly modules?: readonly string[];
  /** Worker processes. Default 1. */
  readonly workers?: number;
  /** The port. Default: a free one. */
  readonly port?: number;
}

/** An nginx of the test's own. */
export interface RunningNginx extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly address: { readonly host: string; readonly port: number };
  readonly origin: string;
  readonly folder: string;
  readonly program: RunningProgram;
}

/**
 * Runs this machine's nginx in the foreground with `configText` inside `http { … }`, in a temporary folder, and waits
 * until its port accepts. The configuration must listen on `127.0.0.1:${port}`. Ask {@link skipWithout} first.
 */
export async function startNginx(
  configText: string | ((place: NginxPlace) => string),
  options: NginxOptions = {},
): Promise<RunningNginx> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const place: NginxPlace = { port: options.port ?? (await freePort()), folder: folder.path };
  const file = await folder.write("nginx.conf", completeConfig(configText, place, options));
  const program = cleanup.use(await startProgram("nginx", ["-p", folder.path, "-c", file, "-e", "stderr"]));
  await Promise.race([
    eventually(() => portAccepts(place.port), { timeoutMs: 15_000 }),
    program.exited.then(() => Promise.reject(new Error(`nginx ended:\n${program.stderr}`))),
  ]);
  const owned = cleanup.move();
  return {
    host: "127.0.0.1",
    port: place.port,
    address: { host: "127.0.0.1", port: place.port },
    origin: `http://127.0.0.1:${place.port}`,
    folder: folder.path,
    program,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const resolveText = (text: string | ((place: NginxPlace) => string), place: NginxPlace): string =>
  typeof text === "function" ? text(place) : text;

function completeConfig(
  configText: string | ((place: NginxPlace) => string),
  place: NginxPlace,
  { mainText = "", workers = 1, modules = [] }: NginxOptions,
): string {
  // nginx drops its workers to an unprivileged user, which may not enter the temporary folder, when root starts it.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `${modules.map((file) => `load_module ${file};\n`).join("")}${user}
daemon off;
worker_processes ${workers};
pid ${place.folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
${resolveText(mainText, place)}
http {
  access_log off;
  client_body_temp_path ${place.folder}/body;
  proxy_temp_path ${place.folder}/proxy;
  fastcgi_temp_path ${place.folder}/fastcgi;
  uwsgi_temp_path ${place.folder}/uwsgi;
  scgi_temp_path ${place.folder}/scgi;
${resolveText(configText, place)}
}
`;
}
