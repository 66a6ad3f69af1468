import { once } from "node:events";
import type { Duplex } from "node:stream";
import { connect, createServer, type SecureVersion, type TLSSocket } from "node:tls";
import { createCertificate } from "@monolake/test-kit";
import { type ByteStream, dataStream, takeSocket, tlsStream } from "../src/index.ts";

const { certificate, key } = createCertificate({ names: ["localhost"] });

/** For localhost, by itself. */
export const cert: string = certificate;

/** Shakes hands with the client at the other end of a stream. */
export async function secureServer(accepted: ByteStream): Promise<TLSSocket> {
  const listener = createServer({ cert, key, pauseOnConnect: true });
  const secured = once(listener, "secureConnection");
  listener.emit("connection", takeSocket(accepted));
  const [socket] = (await secured) as [TLSSocket];
  // The TLS server is made for others, too, who want it otherwise.
  socket.allowHalfOpen = true;
  return socket;
}

/** Shakes hands as a client. */
export async function secureClient(
  carrier: Duplex,
  maxVersion: SecureVersion = "TLSv1.3",
): Promise<TLSSocket> {
  const socket = connect({ socket: carrier, ca: cert, servername: "localhost", maxVersion });
  await once(socket, "secureConnect");
  return socket;
}

/** Two streams with TLS over two others; with "tls-data" their sockets show nothing of how they read. */
export async function securePair(
  { dialled, accepted }: { readonly dialled: ByteStream; readonly accepted: ByteStream },
  kind: "tls" | "tls-data",
): Promise<{ readonly dialled: ByteStream; readonly accepted: ByteStream }> {
  const carrier = takeSocket(dialled);
  const [client, server] = await Promise.all([secureClient(carrier), secureServer(accepted)]);
  return kind === "tls"
    ? { dialled: tlsStream(client, carrier), accepted: tlsStream(server) }
    : { dialled: dataStream(client), accepted: dataStream(server) };
}
