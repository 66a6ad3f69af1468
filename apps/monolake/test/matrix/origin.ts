import { createHash } from "node:crypto";

/** What an origin is asked, whatever version it came with. */
export interface OriginRequest {
  readonly method: string;
  readonly path: string;
  readonly body: AsyncIterable<Buffer>;
  /** Trailer fields, once the body was read. */
  readonly trailers: () => Readonly<Record<string, unknown>>;
  /** Settles when the exchange is broken off by whoever asked. */
  readonly aborted: Promise<void>;
}

/** How an origin answers. */
export interface OriginReply {
  inform(status: number, fields: Readonly<Record<string, string>>): void;
  respond(status: number, fields: Readonly<Record<string, string>>): void;
  write(part: Buffer): Promise<void>;
  end(trailers?: Readonly<Record<string, string>>): void;
  /** Breaks the exchange off. */
  breakOff(): void;
}

/** What was downloaded is this. */
export const downloadBytes = 2 * 1024 * 1024;
export const downloadPart: Buffer = Buffer.from("0123456789abcdef".repeat(4096));

/** What the origins of the matrix do, by path. `heard` is told of what a client cannot see. */
export async function serveOrigin(
  request: OriginRequest,
  reply: OriginReply,
  heard: (event: string) => void,
): Promise<void> {
  switch (request.path) {
    case "/upload":
    case "/chunked": {
      const hash = createHash("sha256");
      let bytes = 0;
      for await (const chunk of request.body) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      reply.respond(200, {});
      await reply.write(Buffer.from(`${bytes} `));
      await reply.write(Buffer.from(hash.digest("hex")));
      return reply.end();
    }
    case "/download": {
      reply.respond(200, { "content-length": `${downloadBytes}` });
      for (let sent = 0; sent < downloadBytes; sent += downloadPart.length) await reply.write(downloadPart);
      return reply.end();
    }
    case "/trailers": {
      for await (const _ of request.body);
      reply.respond(200, { trailer: "x-back" });
      await reply.write(Buffer.from("hello"));
      return reply.end({ "x-back": `${request.trailers()["x-there"]}` });
    }
    case "/inform":
      reply.inform(103, { link: "</style.css>" });
      return answer(reply, "hello");
    case "/early":
      reply.respond(413, { "content-length": "5" });
      await reply.write(Buffer.from("enough".slice(0, 5)));
      return reply.end();
    case "/never":
      heard("asked");
      await request.aborted;
      return heard("aborted");
    case "/broken":
      return reply.breakOff();
    case "/half":
      // More than is read at once: of what breaks off before its head has gone on the proxy makes a 502.
      reply.respond(200, { "content-length": "400000" });
      await reply.write(Buffer.alloc(200_000, "x"));
      return reply.breakOff();
    default:
      return answer(reply, request.method === "HEAD" ? "" : `${request.method} hello`, request.method);
  }
}

function answer(reply: OriginReply, text: string, method = "GET"): void {
  reply.respond(200, { "content-length": `${method === "HEAD" ? 9 : text.length}` });
  if (method !== "HEAD") void reply.write(Buffer.from(text));
  reply.end();
}
