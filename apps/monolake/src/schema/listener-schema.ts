import { expects, expectsType } from "@monolake/config";
import { z } from "zod";
import { parseIpAndPort, placeOf } from "./network-address.ts";

/** The longest path that the address of a unix socket has room for on Linux (`sun_path`, with its ending zero). */
const maxSocketPathBytes = 107;

export const isSocketPath = (path: string): boolean =>
  path !== "" && !path.includes("\0") && Buffer.byteLength(path) <= maxSocketPathBytes;

const expectedPath = `the path of a unix socket, at most ${maxSocketPathBytes} bytes`;
/** Of `unix:PATH`, where the path is at fault. */
export const expectedUnixWord = `"unix:" and ${expectedPath}`;

/** The path of a unix socket, to listen on or to connect to. */
export const socketPathSchema = z.string().refine(isSocketPath, expects(expectedPath));

const backlog = z.int().min(1).max(65535).default(1024).describe("Connections that wait to be accepted");

const socketListener = z.strictObject({
  type: z.literal("socket").describe("TCP, or a unix socket"),
  value: z
    .string()
    .refine(
      (value) => parseIpAndPort(value) !== undefined,
      expects('an ip address and port such as "0.0.0.0:8080"'),
    )
    .describe("IP address and port; port 0 is any free one"),
  backlog,
  reuse_port: z
    .boolean()
    .default(true)
    .describe("Every worker listens on its own (SO_REUSEPORT), where the system can"),
  no_delay: z.boolean().default(true).describe("Sends small writes at once (TCP_NODELAY)"),
});

const unixListener = z.strictObject({
  type: z.literal("unix").describe("TCP, or a unix socket"),
  value: socketPathSchema.describe("Path of the socket; a stale one is replaced"),
  backlog,
  mode: z
    .string()
    .refine((value) => /^0?[0-7]{3}$/.test(value), expects('octal permissions such as "0660"'))
    .optional()
    .describe("Permissions of the socket; the process's umask decides when left out"),
});

const listenerTable = z.discriminatedUnion("type", [socketListener, unixListener]);

/** With the port that somebody meant, and the address of the host whose name no listener can have. */
function placeWith(text: string): string {
  const [, host, port = "8080"] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const address = host === "localhost" ? "127.0.0.1" : "0.0.0.0";
  return `an ip address and port such as "${address}:${Number(port) > 65535 ? 8080 : port}", or "unix:/run/web.sock"`;
}

/** A listener in one word, with the defaults of everything else. */
const shortListener = z
  .string()
  .superRefine((text, context) => {
    const { type, value } = placeOf(text);
    if (type === "unix" ? isSocketPath(value) : parseIpAndPort(value) !== undefined) return;
    context.addIssue({ code: "custom", ...expects(type === "unix" ? expectedUnixWord : placeWith(text)) });
  })
  .transform(placeOf)
  .pipe(listenerTable);

/** `listener`: where a server accepts connections. */
export const listenerSchema = z.union(
  [shortListener, listenerTable],
  expectsType((found) => placeWith(typeof found === "number" ? String(found) : "")),
);
