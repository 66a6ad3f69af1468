import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  type ClientSessionRequestOptions,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";

/** A session of `node:http2` that is closed at the end of its block. */
export function nodeSession(
  { host, port }: { readonly host: string; readonly port: number },
  options: ClientSessionOptions = {},
): ClientHttp2Session & Disposable {
  const session = connect(`http://${host}:${port}`, options);
  session.on("error", () => {});
  return Object.assign(session, { [Symbol.dispose]: () => session.destroy() });
}

/** An answer, whole. */
export interface NodeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly interims: readonly IncomingHttpHeaders[];
  /** What the stream was closed with. */
  readonly rstCode: number;
}

/** Sends a request with a body, or none, and waits for all of its answer. */
export async function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders | readonly string[],
  body?: string | Buffer,
): Promise<NodeAnswer> {
  const options: ClientSessionRequestOptions = { endStream: body === undefined };
  const stream = session.request(headers as OutgoingHttpHeaders, options);
  if (body !== undefined) stream.end(body);
  return answerOf(stream);
}

/** Waits for all of an answer. */
export async function answerOf(stream: ClientHttp2Stream): Promise<NodeAnswer> {
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  const interims: IncomingHttpHeaders[] = [];
  let text = "";
  stream.on("headers", (fields) => void interims.push(fields));
  stream.on("response", (fields) => {
    head = fields;
  });
  stream.on("trailers", (fields) => {
    trailers = fields;
  });
  stream.on("error", () => {});
  stream.setEncoding("latin1");
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  // Not `once`, which rejects for an error.
  if (!stream.destroyed) await new Promise((resolve) => stream.once("close", resolve));
  return {
    status: Number(head[":status"] ?? 0),
    headers: head,
    body: text,
    trailers,
    interims,
    rstCode: stream.rstCode ?? 0,
  };
}
