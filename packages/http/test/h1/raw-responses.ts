import type { RawConnection } from "@monolake/test-kit";

/** A response as it stood on the wire, its body without framing. */
export interface RawResponse {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** Values by lower-case name, repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Reads one response; `method` is that of its request. A body without length lasts until the connection ends. */
export async function readResponse(connection: RawConnection, method = "GET"): Promise<RawResponse> {
  const head = await readHead(connection);
  const interim = head.status < 200;
  if (interim || head.status === 204 || head.status === 304 || method === "HEAD") {
    return { ...head, body: "", trailers: {} };
  }
  if (head.headers["transfer-encoding"] === "chunked") return { ...head, ...(await readChunked(connection)) };
  const length = head.headers["content-length"];
  const body =
    length === undefined
      ? await connection.readToEnd()
      : (await connection.readExactly(Number(length))).toString("latin1");
  return { ...head, body, trailers: {} };
}

/** Reads the head of a response. */
export async function readHead(connection: RawConnection): Promise<Omit<RawResponse, "body" | "trailers">> {
  const [line = "", ...fields] = (await connection.readUntil("\r\n\r\n")).trimEnd().split("\r\n");
  const [, version = "", status = "", reason = ""] = /^HTTP\/(\d\.\d) (\d{3}) (.*)$/.exec(line) ?? [];
  if (version === "") throw new Error(`no status line: ${JSON.stringify(line)}`);
  return { version, status: Number(status), reason, headers: parseFields(fields) };
}

async function readChunked(connection: RawConnection): Promise<Pick<RawResponse, "body" | "trailers">> {
  let body = "";
  for (;;) {
    const bytes = Number.parseInt(await connection.readUntil("\r\n"), 16);
    if (bytes === 0) break;
    body += (await connection.readExactly(bytes)).toString("latin1");
    await connection.readExactly(2);
  }
  const fields: string[] = [];
  for (
    let line = await connection.readUntil("\r\n");
    line !== "\r\n";
    line = await connection.readUntil("\r\n")
  ) {
    fields.push(line.trimEnd());
  }
  return { body, trailers: parseFields(fields) };
}

function parseFields(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return fields;
}

/** A request head, or a whole request without body. */
export const get = (target = "/", ...fields: readonly string[]): string =>
  `GET ${target} HTTP/1.1\r\nHost: test\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;

/** A request with a body of known length. */
export const post = (body: string, target = "/", ...fields: readonly string[]): string =>
  `POST ${target} HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length}\r\n${fields
    .map((field) => `${field}\r\n`)
    .join("")}\r\n${body}`;

/** A request with a chunked body. */
export const postChunked = (parts: readonly string[], trailers = ""): string =>
  `POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n${parts
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join("")}0\r\n${trailers}\r\n`;
