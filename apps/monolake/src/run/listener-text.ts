import type { ServerConfig } from "../schema/index.ts";

/** The listener of a server as people write it. */
export function listenerText({ listener }: Pick<ServerConfig, "listener">): string {
  if (listener.type === "unix") return `unix:${listener.path}`;
  const { host, port } = listener;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
