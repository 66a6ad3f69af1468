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
  void client.write(
    `${line} HTTP/1.1\r\nHost: ${line.startsWith("CONNECT") ? "a:443" : "a"}\r\nConnection: close\r\n${fields}\r\n`,
  );
  return { answer: await client.readToEnd(), requests: upstream.requests };
}

const seenBy = (answer: string) =>
  (JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest).rawHeaders.map((text) =>
    text.toLowerCase(),
  );

describe("TRACE", () => {
  it.each(["", "Max-Forwards: 0\r\n", "Max-Forwards: 5\r\n", "Max-Forwards: x\r\n", "Cookie: a=b\r\n"])(
    "ends at the gateway, as no answer may show what was put in on the way, with %j",
    async (fields) => {
      const { answer, requests } = await ask("TRACE /x", fields);
      expect(answer).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer).toContain("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
      expect(answer).not.toContain("Cookie");
      expect(requests).toBe(0);
    },
  );
});

it("the answer to CONNECT allows what that to TRACE does: neither", async () => {
  const { answer } = await ask("CONNECT a:443", "");
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer).toContain("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
});

describe("Max-Forwards", () => {
  it("of 0 ends OPTIONS at the gateway", async () => {
    const { answer, requests } = await ask("OPTIONS /x", "Max-Forwards: 0\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(answer).toContain("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
    expect(requests).toBe(0);
  });

  it("is counted down", async () => {
    const seen = seenBy((await ask("OPTIONS /x", "Max-Forwards: 10\r\n")).answer);
    expect(seen[seen.indexOf("max-forwards") + 1]).toBe("9");
  });

  it.each([
    ["0000000000005", "4"],
    ["1000000000", "999999999"],
    ["9".repeat(40), "999999999"],
  ])("may be any number: %s goes on as %s (RFC 9110 section 7.6.2)", async (value, forwarded) => {
    const seen = seenBy((await ask("OPTIONS /x", `Max-Forwards: ${value}\r\n`)).answer);
    expect(seen[seen.indexOf("max-forwards") + 1]).toBe(forwarded);
  });

  it("of any number of zeros is 0", async () => {
    const { answer, requests } = await ask("OPTIONS /x", `Max-Forwards: ${"0".repeat(40)}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(requests).toBe(0);
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
