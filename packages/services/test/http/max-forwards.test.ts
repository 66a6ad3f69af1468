import { type EchoedRequest, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

/** The answer to a request with some fields, and how many requests the upstream saw. */
async function ask(
  line: string,
  fields: string,
): Promise<{ readonly answer: string; readonly requests: number }> {
  await using upstream = await startHttpUpstream();
  await using gateway = await startGateway({ routes: [everyPath([upstream.port])] });
  await using client = await rawClient(gateway.address);
  void client.write(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`);
  return { answer: await client.readToEnd(), requests: upstream.requests };
}

const seenBy = (answer: string) =>
  (JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest).rawHeaders.map((text) =>
    text.toLowerCase(),
  );

describe("Max-Forwards", () => {
  it.each([
    ["OPTIONS /x", 204],
    ["TRACE /x", 405],
  ])("of 0 ends %s at the gateway, with %d", async (line, status) => {
    const { answer, requests } = await ask(line, "Max-Forwards: 0\r\n");
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nAllow: GET, `));
    expect(requests).toBe(0);
  });

  it("is counted down", async () => {
    const seen = seenBy((await ask("OPTIONS /x", "Max-Forwards: 10\r\n")).answer);
    expect(seen[seen.indexOf("max-forwards") + 1]).toBe("9");
  });

  it.each(["x", "-1", "", "0, 1", "1\r\nMax-Forwards: 2"])(
    "that is no number is refused: %j",
    async (value) => {
      const { answer, requests } = await ask("OPTIONS /x", `Max-Forwards: ${value}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(requests).toBe(0);
    },
  );

  it("means nothing for other methods", async () => {
    const seen = seenBy((await ask("GET /x", "Max-Forwards: 0\r\n")).answer);
    expect(seen[seen.indexOf("max-forwards") + 1]).toBe("0");
  });
});
