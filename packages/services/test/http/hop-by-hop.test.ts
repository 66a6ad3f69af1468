import { Headers } from "@monolake/http";
import { rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { removeHopByHop } from "../../src/http/hop-by-hop.ts";
import { everyPath, startGateway } from "./gateway.ts";

describe("fields of one connection in a request", () => {
  const left = (fields: [string, string][]) => {
    const headers = new Headers(fields);
    removeHopByHop(headers);
    return [...headers].map(([name]) => name.toLowerCase());
  };

  it("are those that Connection names, however it is written", () => {
    for (const value of ["x-hop", "X-HOP , close", ",,x-hop,", "\tx-hop\t", 'a", x-hop, b"', '"a, x-hop'])
      expect(
        left([
          ["X-Hop", "1"],
          ["Connection", value],
          ["X-Other", "1"],
        ]),
      ).toEqual(["x-other"]);
  });

  it("are the settings of HTTP/2, whether Connection names them or not (RFC 7540 section 3.2.1)", () => {
    expect(left([["HTTP2-Settings", "AAMAAABkAAQAAP__"]])).toEqual([]);
  });

  it("are none that a no-break space belongs to", () => {
    expect(
      left([
        ["X-Hop", "1"],
        ["Connection", "\xa0x-hop"],
      ]),
    ).toEqual(["x-hop"]);
  });
});

describe("an upstream's answer", () => {
  /** Its head as a client gets it. */
  async function answer(fields: string, line = "HTTP/1.1 200 OK", asked = ""): Promise<string> {
    await using upstream = await startRawServer(async (connection) => {
      await connection.readUntil("\r\n\r\n");
      await connection.write(`${line}\r\n${fields}Content-Length: 0\r\n\r\n`);
    });
    await using gateway = await startGateway({ routes: [everyPath([upstream.address.port])] });
    await using client = await rawClient(gateway.address);
    void client.write(`GET /x HTTP/1.1\r\nHost: a\r\n${asked}\r\n`);
    return await client.readUntil("\r\n\r\n");
  }

  it("loses TE, which is of requests", async () => {
    expect(await answer("TE: trailers\r\nX-A: 1\r\n")).not.toMatch(/^te:/im);
    expect(await answer("TE: trailers\r\nConnection: TE\r\n")).not.toMatch(/^(?:te|connection):/im);
  });

  it("keeps the Upgrade of a 426, which says what to ask for (RFC 9110 section 15.5.22), and of no other", async () => {
    const upgrade = "Upgrade: websocket\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\n";
    const required = await answer(upgrade, "HTTP/1.1 426 Upgrade Required");
    expect(required).toMatch(/^upgrade: websocket\r$/im);
    expect(required).toMatch(/^connection: upgrade\r$/im);
    expect(required).not.toMatch(/^x-hop:/im);
    expect(await answer(upgrade)).not.toMatch(/^(?:upgrade|connection):/im);
  });

  it("loses what Connection names behind a quote", async () => {
    expect(await answer('Connection: a", X-Hop, b"\r\nX-Hop: 1\r\n')).not.toMatch(/^x-hop:/im);
  });
});
