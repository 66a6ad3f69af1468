import type { Cancellation } from "@monolake/service-async";
import { dialStream } from "@monolake/streams";
import { deferred } from "@monolake/test-kit";
import {
  Http2ClientConnection,
  type HttpClientConnectionOptions,
  type HttpRequest,
  type HttpResponse,
  resolveHttpClientConnectionOptions,
} from "../../src/index.ts";

/** A client connection of HTTP/2 that is destroyed at the end of its block, and what its owner hears. */
export async function connect(
  { host, port }: { readonly host: string; readonly port: number },
  options: HttpClientConnectionOptions = {},
) {
  const stream = await dialStream({ type: "socket", host, port });
  const events: string[] = [];
  const closed = deferred();
  const connection = new Http2ClientConnection(
    stream,
    {
      connectionHasRoom: () => void events.push("room"),
      connectionLeaving: () => void events.push("leaving"),
      connectionClosed() {
        events.push("closed");
        closed.resolve();
      },
    },
    resolveHttpClientConnectionOptions(options),
  );
  const send = (request: HttpRequest, cancellation?: Cancellation): Promise<HttpResponse> =>
    new Promise((responded, failed) => connection.start(request, { responded, failed }, cancellation));
  return {
    connection,
    events,
    send,
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      connection.destroy();
      await closed.promise;
    },
  };
}
