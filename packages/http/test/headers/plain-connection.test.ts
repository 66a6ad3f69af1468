import { describe, expect, it } from "vitest";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { Headers } from "../../src/index.ts";

const parsed = (...fields: readonly string[]): Headers => {
  const head = ["GET / HTTP/1.1", "Host: a", ...fields, "", ""].join("\r\n");
  return new RequestHeadReader().read(Buffer.from(head), 0)?.headers as Headers;
};

describe("whether a Connection field names other fields", () => {
  it.each([
    ["keep-alive", true],
    ["Close", true],
    ["upgrade", true],
    ["keep-alive, close", true],
    ["keep-alive, x-hop", false],
    ["x-hop", false],
  ])("is known of %s when it was parsed", (value, namesNothing) => {
    expect(parsed(`Connection: ${value}`).plainConnection).toBe(namesNothing);
  });

  it("counts every field of the name", () => {
    expect(parsed("Connection: close", "Connection: x-hop").plainConnection).toBe(false);
  });

  it.each<[string, (headers: Headers) => void]>([
    ["set", (headers) => headers.set("Connection", "x-hop")],
    ["append", (headers) => headers.append("connection", "x-hop")],
    ["appendAllOf", (headers) => headers.appendAllOf(new Headers({ Connection: "x-hop" }))],
    ["delete", (headers) => headers.delete("Connection")],
  ])("is forgotten with %s", (_name, change) => {
    const headers = parsed("Connection: close");
    const copy = headers.clone();
    change(headers);
    expect(headers.plainConnection).toBe(false);
    expect(copy.plainConnection).toBe(true);
  });

  it("is not known of fields that nobody parsed", () => {
    expect(new Headers({ Connection: "close" }).plainConnection).toBe(false);
  });
});
