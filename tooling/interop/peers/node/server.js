import { once } from "node:events";
import thrift from "thrift";
import { handler } from "./handler.js";
import { generated, optionsOf } from "./stack.js";

const Checks = generated("Checks");
const Greeter = generated("Greeter");
const options = optionsOf(process.argv.slice(2));

const multiplexed = new thrift.MultiplexedProcessor();
multiplexed.registerProcessor("Checks", new Checks.Processor(handler));
multiplexed.registerProcessor("Greeter", new Greeter.Processor({ greet: (name) => `Good morning, ${name}` }));

const servers = [
  thrift.createServer(Checks, handler, options),
  thrift.createMultiplexServer(multiplexed, options),
];
for (const server of servers) {
  server.on("error", (error) => console.error(error));
  await once(server.listen(0, "127.0.0.1"), "listening");
}
console.log(`listening ${servers.map((server) => server.address().port).join(" ")}`);
