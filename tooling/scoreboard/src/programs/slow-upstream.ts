import { createServer } from "node:http";

// The upstream of the slow attacks: takes a body whole before it answers; `/large` is more than a kernel buffers.
const large = Buffer.alloc(Number(process.argv[2] ?? 0), "large ");
const small = "x".repeat(1000);
const server = createServer(
  { keepAliveTimeout: 0, requestTimeout: 0, noDelay: true },
  (request, response) => {
    request.resume();
    request.on("end", () => response.end(request.url === "/large" ? large : small));
  },
);
server.listen(0, "127.0.0.1", 4096, () => console.log(JSON.stringify(server.address())));
