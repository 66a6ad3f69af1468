import { createHash } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { type Duplex, duplexPair } from "node:stream";
import { WebSocket } from "ws";
import type { Open } from "./websocket-peers.ts";

/** WebSockets of `ws` on streams of one HTTP/2 connection (RFC 8441), which `ws` itself does not know. */
export interface WebSocketsOverHttp2 extends AsyncDisposable {
  readonly open: Open;
  readonly session: ClientHttp2Session;
}

/** Connects and waits until the server has said that it takes them. */
export async function webSocketsOverHttp2(port: number): Promise<WebSocketsOverHttp2> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  const [settings] = (await once(session, "remoteSettings")) as [
    { readonly enableConnectProtocol?: boolean },
  ];
  if (settings.enableConnectProtocol !== true) throw new Error("the server takes no extended CONNECT");
  return {
    session,
    open: (path, options = {}, protocols = []) =>
      new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
        ...options,
        createConnection: (() => bridge(session)) as unknown as NonNullable<typeof options.createConnection>,
      }),
    async [Symbol.asyncDispose]() {
      session.destroy();
    },
  };
}

/** What `ws` takes for a connection of HTTP/1.1, and is a stream of the session from its handshake on. */
function bridge(session: ClientHttp2Session): Duplex {
  const [theirs, ours] = duplexPair();
  ours.once("data", (head: Buffer) => {
    ours.pause();
    const [requestLine = "", ...lines] = head.toString("latin1").trimEnd().split("\r\n");
    const fields = lines.map((line) => line.split(": ") as [string, string]);
    const of = (name: string) => fields.find(([other]) => other.toLowerCase() === name)?.[1] ?? "";
    const passed = fields
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => /^(?:origin|sec-websocket-(?!key))/.test(name));
    const stream = session.request({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":scheme": "http",
      ":authority": of("host"),
      ":path": requestLine.split(" ")[1] as string,
      ...Object.fromEntries(passed),
    });
    stream.on("error", () => ours.destroy());
    stream.on("response", (headers) => {
      ours.write(answerHead(headers, of("sec-websocket-key")));
      stream.pipe(ours);
      if (Number(headers[":status"]) === 200) ours.pipe(stream);
    });
    stream.on("aborted", () => ours.destroy());
    // A connection that is gone, not one that has ended.
    ours.on("close", () => stream.close(stream.readableEnded ? 0 : 8));
  });
  return theirs;
}

function answerHead(headers: IncomingHttpHeaders, key: string): string {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const fields = Object.entries(headers)
    .filter(([name]) => !name.startsWith(":"))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  if (Number(headers[":status"]) !== 200)
    return `HTTP/1.1 ${headers[":status"]} Refused\r\n${fields.join("")}\r\n`;
  const handshake = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  return `HTTP/1.1 101 Switching Protocols\r\n${handshake}${fields.join("")}\r\n`;
}
