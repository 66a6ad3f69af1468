import type { ServerTable } from "./config-file-schema.ts";
import { parseIpAndPort } from "./network-address.ts";
import type { ListenerConfig } from "./server-config-base.ts";

export function normalizeListener(listener: ServerTable["listener"]): ListenerConfig {
  const { backlog } = listener;
  if (listener.type === "unix") {
    const { value: path, mode } = listener;
    return { type: "unix", path, backlog, ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }) };
  }
  const address = parseIpAndPort(listener.value);
  if (address === undefined) throw new TypeError(`unchecked listener ${JSON.stringify(listener.value)}`);
  return { type: "socket", ...address, backlog, reusePort: listener.reuse_port, noDelay: listener.no_delay };
}
