import { type AddressInfo, createServer } from "node:net";

// Takes every upgrade and sends back what it is sent, as a WebSocket server that echoes frames would.

const accepted =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => {
    socket.write(accepted);
    socket.on("data", (chunk) => socket.write(chunk));
  });
});
server.listen(0, "127.0.0.1", 4096, () => console.log(`port ${(server.address() as AddressInfo).port}`));
