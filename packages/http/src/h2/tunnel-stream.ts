import { constants, type Http2Stream } from "node:http2";
import { type ByteStream, ConnectionResetError, duplexStream, formatAddress } from "@monolake/streams";

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

/** The bytes of a stream of HTTP/2 that has left HTTP (RFC 8441 section 5): it ends with END_STREAM, and breaks off with a reset. */
export function tunnelStream(
  stream: Http2Stream,
  { localAddress, remoteAddress }: Pick<ByteStream, "localAddress" | "remoteAddress">,
): ByteStream {
  const reset = (): void => stream.close(NGHTTP2_CANCEL);
  const bytes = duplexStream(stream, { localAddress, remoteAddress, reset });
  // For Node.js a CANCEL of the peer is no error, but an end.
  stream.on("aborted", () => {
    if (stream.rstCode === NGHTTP2_NO_ERROR) return;
    const address = formatAddress(remoteAddress);
    bytes.destroy(new ConnectionResetError({ address, systemCode: "RST_STREAM" }));
  });
  return bytes;
}
