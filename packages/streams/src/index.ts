export { formatAddress } from "./address.ts";
export type { SocketAddress } from "./address.ts";
export type { ByteStream, StreamHandler } from "./byte-stream.ts";
