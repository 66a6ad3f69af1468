import { startHaproxyOn } from "@monolake/test-kit";
import { freePorts } from "../../proxies/free-ports.ts";
import { startNodeLane } from "./node-reader.ts";
import type { ReaderKind, ReadRequest } from "./reader.ts";

interface Ports {
  readonly listenPort: number;
  readonly answeringPort: number;
}

/** Passes everything on to a server that says what came, whole or not. */
const configText = (lanes: readonly Ports[]): string => `global
  nbthread 1
  maxconn 500
  tune.bufsize 131072
  tune.http.maxhdr 2000
  log stdout len 65535 format raw local0

defaults
  mode http
  log global
  timeout http-request 5s
  timeout http-keep-alive 1h
  timeout client 5s
  timeout connect 1s
  timeout server 5s
  log-format "read %fp %ts %{+Q}r"
${lanes
  .map(
    ({ listenPort, answeringPort }) => `
frontend lane${listenPort}
  bind 127.0.0.1:${listenPort}
  default_backend lane${listenPort}

backend lane${listenPort}
  server answering 127.0.0.1:${answeringPort}
`,
  )
  .join("")}`;

/** HAProxy: what it passes on, and what it refuses. */
export const haproxyReader: ReaderKind = {
  title: "HAProxy",
  program: "haproxy",
  async start(count) {
    await using cleanup = new AsyncDisposableStack();
    const answering = await Promise.all(Array.from({ length: count }, startNodeLane));
    for (const { upstream } of answering) cleanup.use(upstream);
    const ports = await freePorts(count);
    const lanes = answering.map(({ port }, index) => ({
      listenPort: ports[index] as number,
      answeringPort: port,
    }));
    const { program } = cleanup.use(await startHaproxyOn(ports, configText(lanes)));
    const refusedAt = (port: number): readonly string[] =>
      program.stdout
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.startsWith(`read ${port} PR `));
    const owned = cleanup.move();
    return {
      title: "HAProxy",
      lanes: answering.map((behind, index) => {
        const port = ports[index] as number;
        let earlier = 0;
        return {
          port,
          begin: async (one) => {
            await behind.begin(one);
            earlier = refusedAt(port).length;
          },
          read: async () => [...(await behind.read()), ...refusedAt(port).slice(earlier).map(refused)],
        };
      }),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

/** `<BADREQ>` stands for what it does not take, such as a WebSocket key that is none. */
function refused(line: string): ReadRequest {
  const [, request = "<BADREQ>"] = /"(.*)"$/.exec(line) ?? [];
  const said = request === "<BADREQ>" ? undefined : request.replace(/ HTTP\/1\.1$/, "");
  return { line: said, bodyBytes: undefined, complete: undefined };
}
