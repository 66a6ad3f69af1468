import { createRequest, createResponse, type HttpVersion } from "@monolake/http";
import { expect, it } from "vitest";
import { ConnectionReuse, Via } from "../../src/http/index.ts";

it.each<[client: HttpVersion, upstream: HttpVersion]>([
  ["1.0", "1.1"],
  ["1.1", "1.0"],
  ["1.1", "2"],
])("names the version that each message came with: %s and %s", async (client, upstream) => {
  const reuse = new ConnectionReuse({
    async call(request) {
      const response = createResponse("x", {
        headers: { Via: "1.1 inner", "X-Seen": request.headers.get("via") ?? "" },
      });
      response.version = upstream;
      return response;
    },
  });
  const request = createRequest();
  request.version = client;
  const { headers } = await new Via(reuse, { pseudonym: "edge" }).call(request, {});
  expect(headers.get("x-seen")).toBe(`${client} edge`);
  expect(headers.getAll("via")).toEqual(["1.1 inner", `${upstream} edge`]);
});
