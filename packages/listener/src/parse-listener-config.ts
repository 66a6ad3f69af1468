import { InvalidListenerConfigError } from "./errors.ts";
import { parseListenAddress } from "./listen-address.ts";
import type { ListenerConfig } from "./listener-config.ts";

interface OptionRule {
  /** Its name in configuration files. */
  readonly fileKey: string;
  readonly expected: string;
  /** The value, or undefined when it does not fit. */
  readonly read: (value: unknown) => number | boolean | string | undefined;
}

const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;
const flag = (fileKey: string): OptionRule => ({
  fileKey,
  expected: "true or false",
  read: (value) => (typeof value === "boolean" ? value : undefined),
});
const whole = (fileKey: string, least = 0): OptionRule => ({
  fileKey,
  expected: `a whole number from ${least}`,
  read: (value) => (isWhole(value, least) ? value : undefined),
});
const text = (fileKey: string): OptionRule => ({
  fileKey,
  expected: "a text",
  read: (value) => (typeof value === "string" ? value : undefined),
});
const fileMode: OptionRule = {
  fileKey: "mode",
  expected: 'permissions like "0660"',
  read: (value) => {
    if (typeof value === "string" && /^(0o)?[0-7]{3,4}$/.test(value)) {
      return Number.parseInt(value.replace("0o", ""), 8);
    }
    return isWhole(value, 0) && value <= 0o7777 ? value : undefined;
  },
};

const rulesOfBoth = {
  type: text("type"),
  value: text("value"),
  backlog: whole("backlog", 1),
  maxConnections: whole("max_connections", 1),
  reservedDescriptors: whole("reserved_descriptors"),
};
const rules = {
  socket: {
    ...rulesOfBoth,
    reusePort: flag("reuse_port"),
    noDelay: flag("no_delay"),
    keepAlive: flag("keep_alive"),
    keepAliveDelayMs: whole("keep_alive_delay_ms"),
    ipv6Only: flag("ipv6_only"),
    reuseAddr: flag("reuse_addr"),
    sendBufferBytes: whole("send_buf_size"),
    receiveBufferBytes: whole("recv_buf_size"),
    fastOpen: flag("tcp_fast_open"),
  },
  unix: { ...rulesOfBoth, mode: fileMode },
} satisfies Record<ListenerConfig["type"], Record<string, OptionRule>>;

/**
 * Checks data of unknown origin. Options are taken under their names in {@link ListenerConfig} and under those of
 * configuration files (`reuse_port`, `send_buf_size`).
 *
 * @throws {InvalidListenerConfigError} `ERR_LISTENER_CONFIG_INVALID` for an unknown key or an unfit value.
 * @throws {InvalidListenAddressError} `ERR_LISTEN_ADDRESS_INVALID` for an unfit address.
 */
export function parseListenerConfig(data: unknown): ListenerConfig {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw invalid("the listener", data, "an object with type and value");
  }
  const type = (data as { readonly type?: unknown }).type;
  if (type !== "socket" && type !== "unix") throw invalid("type", type, '"socket" or "unix"');
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const [name, rule] = ruleOf(type, key, value);
    const read = rule.read(value);
    if (read === undefined) throw invalid(key, value, rule.expected);
    if (name in config) throw invalid(key, value, `one of ${name} and ${rule.fileKey}, not both,`);
    config[name] = read;
  }
  if (!("value" in config)) throw invalid("value", undefined, "an address");
  parseListenAddress(config as unknown as ListenerConfig);
  return config as unknown as ListenerConfig;
}

function ruleOf(type: ListenerConfig["type"], key: string, value: unknown): [name: string, rule: OptionRule] {
  const known: [string, OptionRule][] = Object.entries(rules[type]);
  const found = known.find(([name, rule]) => name === key || rule.fileKey === key);
  if (found !== undefined) return found;
  const keys = known.map(([, rule]) => rule.fileKey).join(", ");
  throw invalid(`unknown key ${key}`, value, `one of the keys ${keys}`);
}

const invalid = (key: string, value: unknown, expected: string) =>
  new InvalidListenerConfigError({ key, value: JSON.stringify(value) ?? "nothing", expected });
