/** Where one side of a stream is. A unix peer has no path unless it bound one; a TCP peer that was gone at once is at port 0. */
export type SocketAddress =
  | { readonly type: "socket"; readonly host: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/** `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`: for messages, logs and keys. */
export function formatAddress(address: SocketAddress): string {
  if (address.type === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
