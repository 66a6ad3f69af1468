import { type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** What a client asks. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  /** Sent part by part; without `length`, chunked in HTTP/1.1. */
  readonly body?: readonly Buffer[];
  readonly length?: number;
  readonly trailers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
  readonly interims: readonly number[];
  /** The answer broke off. */
  readonly broken: boolean;
}

/** An exchange in progress. */
export interface Exchange {
  readonly answer: Promise<Answered>;
  /** Leaves without waiting. */
  leave(): void;
}

/** Where a client goes. */
export interface Destination {
  readonly port: number;
  /** Who issued the server's certificate; undefined for cleartext. */
  readonly ca: string | undefined;
}

/** A client of one version of HTTP. */
export type Client = (destination: Destination, asked: Asked) => Exchange;

/** A connection, and how to break it. A client of HTTP/1 that only ends its side may still wait for its answer. */
function openSocket({ port, ca }: Destination, alpn: string): { readonly socket: Socket; reset(): void } {
  const tcp = connectTcp(port, "127.0.0.1");
  tcp.on("error", () => {});
  const socket =
    ca === undefined ? tcp : connectTls({ socket: tcp, servername: "localhost", ca, ALPNProtocols: [alpn] });
  return { socket, reset: () => void tcp.resetAndDestroy() };
}

/** Asks with HTTP/1.0 or HTTP/1.1, one request to a connection, by bytes. */
export const http1Client =
  (version: "1.0" | "1.1"): Client =>
  (destination, { method = "GET", path, body, length, trailers }) => {
    const { socket, reset } = openSocket(destination, "http/1.1");
    const chunked = body !== undefined && length === undefined && version === "1.1";
    const total = body?.reduce((sum, part) => sum + part.length, 0) ?? 0;
    const head = [
      `${method} ${path} HTTP/${version}`,
      "Host: localhost",
      "Connection: close, TE",
      "TE: trailers",
      ...(chunked ? ["Transfer-Encoding: chunked"] : body === undefined ? [] : [`Content-Length: ${total}`]),
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    for (const part of body ?? []) {
      if (chunked) socket.write(`${part.length.toString(16)}\r\n`);
      socket.write(part);
      if (chunked) socket.write("\r\n");
    }
    const lines = Object.entries(trailers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
    if (chunked) socket.write(`0\r\n${lines.join("")}\r\n`);
    return { answer: received(socket, method), leave: reset };
  };

async function received(socket: Socket, method: string): Promise<Answered> {
  const parts: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void parts.push(chunk));
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  return parseAnswer(Buffer.concat(parts), method);
}

function parseAnswer(bytes: Buffer, method: string): Answered {
  const interims: number[] = [];
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd === -1) return { status: 0, fields: {}, body: rest, trailers: {}, interims, broken: true };
    const [line = "", ...lines] = rest.toString("latin1", 0, headEnd).split("\r\n");
    const status = Number(line.split(" ")[1]);
    const fields = fieldsOf(lines);
    rest = rest.subarray(headEnd + 4);
    if (status < 200) interims.push(status);
    else return { status, fields, interims, ...bodyOf(rest, fields, method) };
  }
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const [name = "", value = ""] = line.split(/:\s*(.*)/s);
    fields[name.toLowerCase()] = value;
  }
  return fields;
}

function bodyOf(
  bytes: Buffer,
  fields: Readonly<Record<string, string>>,
  method: string,
): Pick<Answered, "body" | "trailers" | "broken"> {
  if (method === "HEAD") return { body: bytes, trailers: {}, broken: false };
  if (fields["transfer-encoding"] !== "chunked") {
    const length = fields["content-length"];
    return { body: bytes, trailers: {}, broken: length !== undefined && Number(length) !== bytes.length };
  }
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return { body: Buffer.concat(parts), trailers: {}, broken: true };
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (size === 0) {
      const lines = bytes
        .toString("latin1", lineEnd + 2)
        .split("\r\n")
        .filter((line) => line !== "");
      return { body: Buffer.concat(parts), trailers: fieldsOf(lines), broken: false };
    }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}

/** Asks with HTTP/2, one request to a connection, by `node:http2`. */
export const http2Client: Client = (destination, { method = "GET", path, body, length, trailers }) => {
  const secure = destination.ca !== undefined;
  const session = connectHttp2(`${secure ? "https" : "http"}://localhost`, {
    createConnection: () => openSocket(destination, "h2").socket,
  });
  session.on("error", () => {});
  const stream = session.request(
    {
      ":method": method,
      ":path": path,
      te: "trailers",
      ...(length === undefined ? {} : { "content-length": `${length}` }),
    },
    { endStream: body === undefined, waitForTrailers: trailers !== undefined },
  );
  stream.on("wantTrailers", () => stream.sendTrailers({ ...trailers }));
  for (const part of body ?? []) stream.write(part);
  if (body !== undefined) stream.end();
  return { answer: answerOf(stream).finally(() => session.close()), leave: () => session.destroy() };
};

async function answerOf(stream: ClientHttp2Stream): Promise<Answered> {
  const answered = { status: 0, fields: {}, trailers: {}, interims: [] as number[] };
  const parts: Buffer[] = [];
  stream.on("error", () => {});
  stream.on("headers", (fields) => void answered.interims.push(fields[":status"] as number));
  stream.on("response", (fields) => {
    answered.status = fields[":status"] as number;
    answered.fields = fields;
  });
  stream.on("trailers", (fields) => {
    answered.trailers = fields;
  });
  stream.on("data", (chunk: Buffer) => void parts.push(chunk));
  if (!stream.destroyed) await new Promise((resolve) => stream.once("close", resolve));
  return { ...answered, body: Buffer.concat(parts), broken: stream.rstCode !== 0 || answered.status === 0 };
}
