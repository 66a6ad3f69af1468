import { readFile } from "node:fs/promises";
import { freePort, startNginx } from "@monolake/test-kit";
import { freePorts } from "../../proxies/free-ports.ts";
import type { ReaderKind, ReadRequest } from "./reader.ts";

/** Passes everything on to a server that answers, so that bodies are read to their end before the log is written. */
const configText = (ports: readonly number[], answering: number, folder: string): string => `
log_format read escape=json '{"port":"$server_port","request":"$request","body":"$request_body","status":"$status"}';
keepalive_requests 1000000000;
keepalive_timeout 1h;
client_body_buffer_size 4m;
client_max_body_size 0;
client_body_timeout 5s;
large_client_header_buffers 8 64k;
server {
  listen 127.0.0.1:${answering};
  location / { return 200 ok; }
}
${ports
  .map(
    (port) => `server {
  listen 127.0.0.1:${port};
  access_log ${folder}/read.log read;
  location / { proxy_pass http://127.0.0.1:${answering}; }
}`,
  )
  .join("\n")}`;

interface LogLine {
  readonly port: string;
  readonly request: string;
  readonly body: string;
  readonly status: string;
}

/** nginx, which says in its log what it read. */
export const nginxReader: ReaderKind = {
  title: "nginx",
  program: "nginx",
  async start(count) {
    const [answering = await freePort(), ...ports] = await freePorts(count + 1);
    const nginx = await startNginx(({ folder }) => configText(ports, answering, folder), { port: answering });
    const linesOf = async (port: number): Promise<readonly LogLine[]> =>
      (await readFile(`${nginx.folder}/read.log`, "latin1"))
        .split("\n")
        // The last one may still be written.
        .slice(0, -1)
        .map((line) => JSON.parse(line) as LogLine)
        .filter((line) => line.port === String(port));
    return {
      title: "nginx",
      lanes: ports.map((port) => {
        let earlier = 0;
        return {
          port,
          begin: async () => {
            earlier = (await linesOf(port)).length;
          },
          read: async () => (await linesOf(port)).slice(earlier).map(readRequest),
        };
      }),
      [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose](),
    };
  },
};

/** 499 and 408: the rest never came. 400 may be that, too, or what nginx does not take. */
function readRequest({ request, body, status }: LogLine): ReadRequest {
  const refused = status === "400" || status === "405";
  return {
    line: request.replace(/ HTTP\/1\.1$/, ""),
    bodyBytes: refused ? undefined : body.length,
    complete: refused ? undefined : status !== "499" && status !== "408",
  };
}
