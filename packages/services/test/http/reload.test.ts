import { disposeChain } from "@monolake/service-async";
import { eventually, startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everyPath, gatewayFactory, serveGateway } from "./gateway.ts";

const textFrom = async (service: Parameters<typeof serveGateway>[0]): Promise<string> => {
  await using gateway = await serveGateway(service);
  return (await fetch(`${gateway.origin}/x`)).text();
};

it("a gateway made from its predecessor keeps connections to upstreams and whose turn it is", async () => {
  await using one = await startHttpUpstream((_request, response) => response.end("1"));
  await using two = await startHttpUpstream((_request, response) => response.end("2"));
  const factory = gatewayFactory({ routes: [everyPath([one.port, two.port], "round_robin")] });
  let service = await factory.make();
  let answers = "";
  for (let generation = 0; generation < 6; generation += 1) {
    answers += await textFrom(service);
    const previous = service;
    service = await factory.make(previous);
    await disposeChain(previous);
  }
  expect(answers).toBe("121212");
  expect([one.connections, two.connections]).toEqual([1, 1]);
  await disposeChain(service);
});

it("connections to upstreams close when the last gateway that uses them has ended", async () => {
  await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
  const factory = gatewayFactory({ routes: [everyPath([upstream.port])] });
  const first = await factory.make();
  expect(await textFrom(first)).toBe("ok");
  const second = await factory.make(first);
  await disposeChain(first);
  expect(await textFrom(second)).toBe("ok");
  expect(upstream.connections).toBe(1);
  await disposeChain(second);
  await eventually(() => expect(upstream.openConnections).toBe(0));
});
