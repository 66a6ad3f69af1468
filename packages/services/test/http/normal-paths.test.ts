import { type EchoedRequest, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { startGateway } from "./gateway.ts";

/** What a gateway with a public and a private upstream does with a target. */
async function ask(
  target: string,
): Promise<{ readonly status: number; readonly seen?: string; readonly by?: string }> {
  await using publicOne = await startHttpUpstream();
  await using privateOne = await startHttpUpstream();
  const to = (port: number) => [{ endpoint: { type: "socket" as const, host: "127.0.0.1", port } }];
  await using gateway = await startGateway({
    routes: [
      { path: "/{*path}", upstreams: to(publicOne.port) },
      { path: "/private/{*path}", pathMode: "strip_prefix", upstreams: to(privateOne.port) },
    ],
  });
  await using client = await rawClient(gateway.address);
  void client.write(
    `GET ${target} HTTP/1.1\r\nHost: a\r\n${target.includes("OPEN") ? "" : "Connection: close\r\n"}\r\n`,
  );
  const answer = await client.readToEnd();
  const status = Number(answer.slice(9, 12));
  if (status !== 200) return { status };
  const { url } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest;
  return { status, seen: url, by: privateOne.requests > 0 ? "private" : "public" };
}

describe("routes and upstreams see one path", () => {
  it.each([
    ["/private/x", "/x", "private"],
    ["/public/../private/x?q", "/x?q", "private"],
    ["/%70rivate/x", "/x", "private"],
    ["/public/%2e%2e/private/./x", "/x", "private"],
    ["/private/../public", "/public", "public"],
    ["/private%2Fx", "/private%2Fx", "public"],
    ["//private/x", "//private/x", "public"],
  ])("%j: %j of the %s upstream", async (target, seen, by) => {
    expect(await ask(target)).toEqual({ status: 200, seen, by });
  });

  it.each(["/../private/x", "/public/..%2fprivate/x", "/private/x%00", "/OPEN/../../x"])(
    "%j is refused, and the connection closed",
    async (target) => {
      expect(await ask(target)).toEqual({ status: 400 });
    },
  );
});
