import { isIP } from "node:net";
import type { SocketAddress } from "@monolake/streams";
import { InvalidListenAddressError } from "./errors.ts";

/** What to listen on, as configuration files write it. */
export type ListenAddressConfig =
  | { readonly type: "socket"; readonly value: string }
  | { readonly type: "unix"; readonly value: string };

const expectedSocket = "ip:port like 127.0.0.1:8080 or [::]:8080";
const socketPattern = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^:[\]]*)):(?<port>\d{1,5})$/;

/**
 * The address that a configuration names. Port 0 stands for one that the system picks.
 *
 * @throws {InvalidListenAddressError} `ERR_LISTEN_ADDRESS_INVALID`; host names are refused too, since a name may mean
 * several addresses or another one tomorrow.
 */
export function parseListenAddress(config: ListenAddressConfig): SocketAddress {
  const { type, value } = config;
  switch (type) {
    case "socket":
      return parseSocketAddress(value);
    case "unix":
      return parseUnixPath(value);
    default: {
      const unknown: never = type;
      throw new InvalidListenAddressError({
        value: JSON.stringify(unknown) ?? "nothing",
        expected: 'type "socket" or "unix"',
      });
    }
  }
}

function parseSocketAddress(value: string): SocketAddress {
  const groups = typeof value === "string" ? socketPattern.exec(value)?.groups : undefined;
  const { bracketed, plain } = groups ?? {};
  const host = bracketed ?? plain ?? "";
  const port = Number(groups?.["port"]);
  // Square brackets tell where an IPv6 address ends; around anything else they are a mistake.
  const version = bracketed === undefined ? 4 : 6;
  if (isIP(host) !== version || !(port <= 65_535)) {
    throw new InvalidListenAddressError({ value: shown(value), expected: expectedSocket });
  }
  return { type: "socket", host, port };
}

function parseUnixPath(value: string): SocketAddress {
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    throw new InvalidListenAddressError({ value: shown(value), expected: "a path like /run/app.sock" });
  }
  return { type: "unix", path: value };
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
