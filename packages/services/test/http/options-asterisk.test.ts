import { type EchoedRequest, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { startGateway } from "./gateway.ts";

it("OPTIONS * takes the way of the root and reaches the upstream as it is", async () => {
  await using upstream = await startHttpUpstream();
  const endpoint = {
    type: "uri" as const,
    uri: `${upstream.origin}/base`,
    host: "127.0.0.1",
    port: upstream.port,
    authority: "a",
  };
  await using gateway = await startGateway({ routes: [{ path: "/", upstreams: [{ endpoint }] }] });
  await using client = await rawClient(gateway.address);
  await client.write("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const answer = await client.readToEnd();
  const seen = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest;
  expect(seen).toMatchObject({ method: "OPTIONS", url: "*" });
});
