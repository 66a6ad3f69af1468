import { isIPv4, isIPv6 } from "node:net";
import type { SocketAddress } from "@monolake/streams";
import type { ParsedProxyHeader } from "./parse-header.ts";

/** What a header of version 1 begins with. */
export const textPrefix: Buffer = Buffer.from("PROXY ", "latin1");

/** Section 2.1 of the specification: the longest line, CRLF included. */
const longestLineBytes = 107;
const incomplete: ParsedProxyHeader = { type: "incomplete" };

/** Reads a header of version 1, one line of text, from bytes that begin with {@link textPrefix}. */
export function parseTextHeader(bytes: Buffer): ParsedProxyHeader {
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, longestLineBytes));
  const end = text.indexOf("\r\n");
  if (end === -1) {
    return bytes.length < longestLineBytes
      ? incomplete
      : invalid(`expected the end of the line within ${longestLineBytes} bytes, found none`);
  }
  const line = text.slice(textPrefix.length, end);
  const lengthBytes = end + 2;
  // What else stands in the line of an unknown connection has to be ignored.
  if (/^UNKNOWN(?: |$)/.test(line)) {
    const unknown = { transport: "unspecified", source: undefined, destination: undefined } as const;
    return { type: "header", header: { ...common, ...unknown }, lengthBytes };
  }
  return parseAddresses(line, lengthBytes);
}

const common = { version: 1, command: "proxy", tlvs: [] } as const;

function parseAddresses(line: string, lengthBytes: number): ParsedProxyHeader {
  const fields = line.split(" ");
  const [family, from, to, fromPort, toPort] = fields;
  const isAddress = addressTests.get(family as string);
  if (isAddress === undefined || fields.length !== 5)
    return invalid(
      `expected UNKNOWN, or TCP4 or TCP6 with two addresses and two ports, found ${shown(line)}`,
    );
  for (const address of [from, to]) {
    if (!isAddress(address as string))
      return invalid(`expected an address of ${family}, found ${shown(address)}`);
  }
  for (const port of [fromPort, toPort]) {
    if (!isPort(port as string)) return invalid(`expected a port from 0 to 65535, found ${shown(port)}`);
  }
  const source = addressOf(from, fromPort);
  const destination = addressOf(to, toPort);
  return { type: "header", header: { ...common, transport: "stream", source, destination }, lengthBytes };
}

const addressTests: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["TCP4", isIPv4],
  // A zone means nothing on another machine.
  ["TCP6", (text: string) => isIPv6(text) && !text.includes("%")],
]);

/** The specification allows no leading zeros. */
const isPort = (text: string): boolean => /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;

const addressOf = (host: string | undefined, port: string | undefined): SocketAddress => ({
  type: "socket",
  host: host as string,
  port: Number(port),
});

const invalid = (problem: string): ParsedProxyHeader => ({ type: "invalid", problem });

const shown = (text: string | undefined): string => JSON.stringify(text);
