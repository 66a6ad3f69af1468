import { resolve } from "node:path";
import { parseOptions, UsageError, wholeNumber } from "@monolake/command-line";
import type { GatewayOptions } from "./gateway.ts";

/** What the command line asks for. */
export interface InteropOptions {
  /** Ids of peers. Left out: all. */
  readonly peers?: readonly string[];
  readonly gateway: GatewayOptions;
  /** A checkout of Apache Thrift, whose own test programs are run, too. */
  readonly thriftSource?: string;
  /** A checkout of Kitex, where the Go module proxy does not have it. */
  readonly kitexSource?: string;
}

/** What `--help` prints. */
export const usage = `usage: pnpm interop [options]

  --peers ID,...       only these: node, python, cpp, kitex
  --thrift-source DIR  run the test programs of this checkout of Apache Thrift, too
  --kitex-source DIR   build Kitex from this checkout instead of the Go module proxy
  --gateway TYPE       proxy_type of the gateway: thrift, or tcp for bytes without a meaning (thrift)
  --multiplex N        all calls share so many connections to each server (0: one call at a time on each of many)
`;

/** Reads a command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
export function parseCommandLine(words: readonly string[]): InteropOptions | "help" {
  const values = parseOptions(words, {
    peers: { type: "string" },
    gateway: { type: "string", default: "thrift" },
    multiplex: { type: "string", default: "0" },
    "thrift-source": { type: "string" },
    "kitex-source": { type: "string" },
  });
  if (values.help) return "help";
  if (values.gateway !== "thrift" && values.gateway !== "tcp") {
    throw new UsageError(`--gateway takes thrift or tcp, not "${values.gateway}"`);
  }
  return {
    gateway: { type: values.gateway, multiplex: wholeNumber("multiplex", values.multiplex, 0) },
    ...(values.peers !== undefined && { peers: values.peers.split(",") }),
    ...(values["thrift-source"] !== undefined && { thriftSource: resolve(values["thrift-source"]) }),
    ...(values["kitex-source"] !== undefined && { kitexSource: resolve(values["kitex-source"]) }),
  };
}
