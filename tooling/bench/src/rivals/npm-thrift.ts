import { EchoClient, EchoProcessor } from "@monolake/test-kit/thrift-echo";
import thrift from "thrift";
import { portsFromCommandLine } from "./ports.ts";

const { listenPort, upstreamPort } = portsFromCommandLine();
const options = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };

let client: EchoClient | undefined;

/** One connection is enough: the client finds the call of an answer by its sequence id. */
function connectedClient(): EchoClient {
  if (client !== undefined) return client;
  const connection = thrift.createConnection("127.0.0.1", upstreamPort, options);
  for (const end of ["close", "error"]) {
    connection.on(end, () => {
      client = undefined;
    });
  }
  client = thrift.createClient(EchoClient, connection);
  return client;
}

thrift
  .createServer(EchoProcessor, { echo: (value: string) => connectedClient().echo(value) }, options)
  .listen(listenPort, "127.0.0.1");
