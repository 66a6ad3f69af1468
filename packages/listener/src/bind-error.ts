import type { MonolakeError } from "@monolake/errors";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import {
  ListenAddressInUseError,
  ListenAddressUnavailableError,
  ListenFailedError,
  ListenPermissionError,
} from "./errors.ts";

/** What the system called a failure, `unknown` when it did not. */
export function systemCodeOf(error: unknown): string {
  const code =
    typeof error === "object" && error !== null ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "unknown";
}

/** The coded error for a failed bind or listen, with what to look at. */
export function fromBindError(cause: unknown, target: SocketAddress): MonolakeError {
  const address = formatAddress(target);
  const systemCode = systemCodeOf(cause);
  switch (systemCode) {
    case "EADDRINUSE":
      return new ListenAddressInUseError({ address, hint: inUseHint(target), cause });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new ListenPermissionError({ address, hint: permissionHint(target), cause });
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return new ListenAddressUnavailableError({
        address,
        hint: "0.0.0.0 and [::] listen on all of them",
        cause,
      });
    // RFC 4007 §11: every interface has link-local addresses.
    case "EINVAL":
      return isLinkLocal(target)
        ? new ListenAddressUnavailableError({ address, hint: "it takes one, as in [fe80::1%eth0]", cause })
        : new ListenFailedError({ address, systemCode, cause });
    default:
      return new ListenFailedError({ address, systemCode, cause });
  }
}

const isLinkLocal = (target: SocketAddress): boolean =>
  target.type !== "unix" && /^fe[89ab][0-9a-f]:/i.test(target.host);

const inUseHint = (target: SocketAddress): string =>
  target.type === "unix"
    ? "somebody answers on that path"
    : `ss -ltnp 'sport = :${target.port}' shows who; sharing a port takes reuse_port on all sides and the same user`;

const permissionHint = (target: SocketAddress): string => {
  if (target.type === "unix") return "the directory has to be writable";
  return target.port > 0 && target.port < 1024
    ? "ports below 1024 take root, CAP_NET_BIND_SERVICE or net.ipv4.ip_unprivileged_port_start"
    : "a security policy may forbid it";
};
