import { createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream, dialStream } from "@monolake/streams";
import { HttpCore, ClientConnection, resolveHttpClientConnectionOptions, knownFields } from "../src/index.ts";
const upstream = Number(process.argv[2]); const port = Number(process.argv[3]);
const idle: ClientConnection[] = [];
const options = resolveHttpClientConnectionOptions({});
const owner = { connectionIdle(c: ClientConnection) { idle.push(c); }, connectionClosed(c: ClientConnection) { const i = idle.indexOf(c); if (i >= 0) idle.splice(i, 1); } };
const hop = knownFields("connection", "keep-alive", "te", "upgrade", "proxy-connection");
const address = { type: "socket", host: "127.0.0.1", port: upstream } as const;
const core = new HttpCore<BaseContext>({
  async call(request, context) {
    if (request.headers.knownMask & hop) request.headers.deleteAllOf(hop);
    request.headers.set("X-Forwarded-For", "127.0.0.1");
    const connection = idle.pop() ?? new ClientConnection(await dialStream(address), owner, options);
    const response = await connection.send(request, context.cancellation);
    if (response.headers.knownMask & hop) response.headers.deleteAllOf(hop);
    return response;
  },
}, { onError: console.error });
class Context extends BaseContext {
  override fork(): this { return new Context(this.cancellation.child()) as this; }
}
createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
  void core.call(acceptedStream(socket), new Context());
}).listen(port, "127.0.0.1", 4096);
