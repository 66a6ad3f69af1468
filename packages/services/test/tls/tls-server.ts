import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { BaseContext, serviceFn } from "@monolake/service-async";
import { acceptedStream, type ByteStream } from "@monolake/streams";
import { createCertificate, deferred } from "@monolake/test-kit";
import { tcpEcho } from "../../src/tcp/index.ts";
import { type TlsTerminationOptions, tlsTermination } from "../../src/tls/index.ts";

/** Signs the certificates of tests. */
export const authority = createCertificate({ subject: "test authority", authority: true });

/** A certificate for names, as a server has it. */
export const certificateFor = (...names: string[]) => {
  const { certificate: chain, key } = createCertificate({ names, issuer: authority });
  return { chain, key };
};

/** A server that echoes over TLS. */
export interface TlsEcho extends AsyncDisposable {
  readonly port: number;
  /** What the latest connections ended with, in their order. */
  readonly outcomes: Promise<unknown>[];
  /** The contexts of connections that were secured. */
  readonly contexts: { tls?: ByteStream["tls"] }[];
}

/** Starts one. */
export async function startTlsEcho(options: TlsTerminationOptions): Promise<TlsEcho> {
  const outcomes: Promise<unknown>[] = [];
  const contexts: { tls?: ByteStream["tls"] }[] = [];
  const echo = await tcpEcho().make();
  const watched = serviceFn((stream: ByteStream, context: { tls?: ByteStream["tls"] }) => {
    contexts.push(context);
    return echo.call(stream);
  });
  const service = await tlsTermination(options, { make: async () => watched }).make();
  const streams = new Set<ByteStream>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    const outcome = service.call(stream, new BaseContext()).then(
      () => undefined,
      (error: unknown) => error,
    );
    outcomes.push(outcome);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    outcomes,
    contexts,
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The first flight of a client for `servername`. */
export function clientHello(servername: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const carrier = new Duplex({ read() {}, write: (chunk: Buffer) => resolve(chunk) });
    connect({ socket: carrier, servername }).on("error", () => {});
  });
}

/** What a client saw. */
export interface Visit {
  readonly subject: string | undefined;
  readonly protocol: string | null;
  readonly cipher: string;
  readonly alpn: string | false | null;
  readonly resumed: boolean;
  readonly echoed: string;
  readonly session: Buffer | undefined;
}

/** Connects, has a word echoed, waits for a session ticket, and ends. Rejects as the socket does. */
export async function visit(port: number, options: ConnectionOptions = {}): Promise<Visit> {
  const socket = connect({ port, host: "127.0.0.1", ca: authority.certificate, ...options });
  const broken = deferred<never>();
  broken.promise.catch(() => {});
  socket.on("error", (error) => broken.reject(error));
  socket.on("close", () => broken.reject(new Error("closed")));
  let session: Buffer | undefined;
  socket.on("session", (given: Buffer) => (session = given));
  await Promise.race([once(socket, "secureConnect"), broken.promise]);
  socket.write("word");
  const [echoed] = await Promise.race([once(socket, "data") as Promise<[Buffer]>, broken.promise]);
  const seen = facts(socket);
  socket.end();
  await new Promise((resolve) => socket.once("close", resolve).resume());
  return { ...seen, echoed: String(echoed), session };
}

function facts(socket: TLSSocket) {
  return {
    subject: socket.getPeerX509Certificate()?.subjectAltName,
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    alpn: socket.alpnProtocol,
    resumed: socket.isSessionReused(),
  };
}
