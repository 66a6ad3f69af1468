import { createServer } from "node:net";
import { ReloadFailedError } from "@monolake/config";
import { inheritedSocketsVariable, ListenAddressInUseError } from "@monolake/listener";
import { formatAddress } from "@monolake/streams";
import type { ListenerConfig, ProxyConfig } from "../schema/index.ts";
import { listeningSockets } from "./listening-sockets.ts";

type TcpListener = Extract<ListenerConfig, { readonly type: "socket" }>;

/**
 * Rejects with `ERR_RELOAD_FAILED` when another process listens on the port of a server: with SO_REUSEPORT, a second
 * instance would take its share of the connections without a word. Not asked where this process listens itself, or was handed a
 * socket.
 */
export async function refuseSharedPorts({ servers }: ProxyConfig): Promise<void> {
  // Its predecessor listens until this process serves.
  if (process.send !== undefined && process.env[inheritedSocketsVariable] !== undefined) return;
  const own = new Set(listeningSockets().map(({ address }) => address));
  for (const { key: site, listener } of servers) {
    if (listener.type !== "socket" || listener.port === 0 || own.has(formatAddress(listener))) continue;
    if (!(await isInUse(listener))) continue;
    const cause = new ListenAddressInUseError({
      address: formatAddress(listener),
      hint: hintOf(listener.port),
    });
    throw new ReloadFailedError({ step: "commit", site, reason: cause.message, notRestored: [], cause });
  }
}

/** Found out by listening for a moment. Why else that may fail is for whoever listens later to say. */
function isInUse({ host, port }: TcpListener): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

const hintOf = (port: number): string =>
  `ss -ltnp 'sport = :${port}' shows who; a monolake that runs already takes SIGHUP to read its file again and SIGUSR2 to restart`;
