import { describe, expect, it } from "vitest";
import { HttpHeaderInvalidError } from "../../src/head/errors.ts";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { Headers } from "../../src/headers/headers.ts";
import { knownFields } from "../../src/headers/known-fields.ts";
import { PreparedField } from "../../src/headers/prepared-field.ts";

const parse = (...lines: string[]): Headers => {
  const head = `GET / HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
  const read = new RequestHeadReader().read(Buffer.from(head, "latin1"), 0);
  if (read === undefined) throw new Error("is not complete");
  return read.headers;
};
const encoded = (headers: Headers): string => {
  const into = Buffer.alloc(headers.maxEncodedBytes + 3, "#");
  const end = headers.encode(into, 3);
  expect(into.subarray(0, 3).toString()).toBe("###");
  return into.toString("latin1", 3, end);
};

describe("headers", () => {
  it("find names in any case, known ones and others", () => {
    const headers = parse("HOST: x.test", "X-Other: 1", "x-forwarded-FOR: 1.2.3.4");
    expect(headers.get("host")).toBe("x.test");
    expect(headers.get("hOsT")).toBe("x.test");
    expect(headers.get("x-OTHER")).toBe("1");
    expect(headers.get("X-Forwarded-For")).toBe("1.2.3.4");
    expect(headers.has("x-other")).toBe(true);
    expect(headers.has("x-othe")).toBe(false);
    expect(headers.get("content-type")).toBeUndefined();
    expect(headers.get("x-absent")).toBeUndefined();
  });

  it("are not confused by names that objects have of themselves", () => {
    const headers = parse("Host: x.test", "__proto__: 1", "constructor: 2");
    expect(headers.get("__proto__")).toBe("1");
    expect(headers.get("hasOwnProperty")).toBeUndefined();
    headers.set("toString", "3");
    expect(headers.get("tostring")).toBe("3");
    expect(headers.size).toBe(4);
  });

  it("give all values of a name in order, parsed and added", () => {
    const headers = parse("Host: x.test", "Cookie: a=b", "X-A: 1", "cookie: c=d");
    headers.append("COOKIE", "e=f");
    headers.append("x-a", "2");
    expect(headers.getAll("cookie")).toEqual(["a=b", "c=d", "e=f"]);
    expect(headers.getAll("X-A")).toEqual(["1", "2"]);
    expect(headers.getAll("x-none")).toEqual([]);
    expect(headers.size).toBe(6);
  });

  it("give the elements of a list over all lines, with quoted commas kept and empty elements dropped", () => {
    const headers = new Headers([
      ["X-List", ' a ,, "b, \\" c" ;q=1,\t'],
      ["x-list", ","],
      ["x-list", "d"],
    ]);
    expect(headers.getList("X-List")).toEqual(["a", '"b, \\" c" ;q=1', "d"]);
    expect(headers.getList("none")).toEqual([]);
  });

  it("give the tokens of a list, in lower case, whatever quotes stand among them", () => {
    const headers = parse("Host: a", 'Connection: Close, ,\tX-A ,a", x-b', 'connection: "x-c",\xa0x-d');
    expect(headers.getTokens("connection")).toEqual(["close", "x-a", 'a"', "x-b", '"x-c"', "\xa0x-d"]);
    expect(headers.getTokens("upgrade")).toEqual([]);
  });

  it("put a set value in the place of the first, and drop the others", () => {
    const headers = parse("Host: x.test", "X-A: 1", "X-B: 2", "x-a: 3");
    headers.append("X-a", "4");
    headers.set("x-A", " 5\t");
    expect(encoded(headers)).toBe("Host: x.test\r\nX-A: 5\r\nX-B: 2\r\n");
    expect(headers.size).toBe(3);
    headers.set("x-a", "longer than it was");
    headers.set("X-C", "6");
    headers.set("x-c", "7");
    expect(encoded(headers)).toBe("Host: x.test\r\nX-A: longer than it was\r\nX-B: 2\r\nX-C: 7\r\n");
  });

  it("put a prepared field in the place of the first of its name, in its own spelling", () => {
    const host = new PreparedField("Host", "upstream.test:8080");
    const headers = parse("host: x.test", "X-A: 1");
    headers.setField(host);
    expect(encoded(headers)).toBe("Host: upstream.test:8080\r\nX-A: 1\r\n");
    expect([...headers]).toEqual([
      ["Host", "upstream.test:8080"],
      ["X-A", "1"],
    ]);
    expect(headers.get("host")).toBe("upstream.test:8080");
    headers.set("host", "other.test");
    expect(headers.get("host")).toBe("other.test");

    const repeated = parse("Host: x.test", "X-A: 1", "X-B: 2", "x-a: 3");
    repeated.setField(new PreparedField("X-A", "new"));
    expect(encoded(repeated)).toBe("Host: x.test\r\nX-A: new\r\nX-B: 2\r\n");
    repeated.setField(new PreparedField("X-C", "added"));
    expect(encoded(repeated)).toBe("Host: x.test\r\nX-A: new\r\nX-B: 2\r\nX-C: added\r\n");
    expect(() => new PreparedField("a b", "")).toThrow(HttpHeaderInvalidError);
    expect(() => new PreparedField("a", "\n")).toThrow(HttpHeaderInvalidError);
  });

  it("tell whether a name has one field with a certain value", () => {
    const headers = parse("Host: x.test", "Connection: close", "X-A: 1", "X-A: 2", "X-B: b");
    expect(headers.hasOnly("connection", "close")).toBe(true);
    expect(headers.hasOnly("connection", "clos")).toBe(false);
    expect(headers.hasOnly("connection", "closE")).toBe(false);
    expect(headers.hasOnly("x-a", "1")).toBe(false);
    expect(headers.hasOnly("X-B", "b")).toBe(true);
    expect(headers.hasOnly("x-c", "")).toBe(false);
    headers.set("X-B", "replaced");
    expect(headers.hasOnly("x-b", "b")).toBe(false);
    expect(headers.hasOnly("x-b", "replaced")).toBe(true);
    headers.append("X-D", "d");
    expect(headers.hasOnly("x-d", "d")).toBe(true);
  });

  it("delete by name, and say whether there was anything", () => {
    const headers = parse("Host: x.test", "X-A: 1", "Cookie: a=b", "x-a: 2", "X-B: 3");
    expect(headers.delete("X-A")).toBe(true);
    expect(headers.delete("x-a")).toBe(false);
    expect(headers.delete("cookie")).toBe(true);
    expect(headers.has("cookie")).toBe(false);
    expect(encoded(headers)).toBe("Host: x.test\r\nX-B: 3\r\n");
    headers.append("cookie", "c=d");
    expect([...headers].slice(-1)).toEqual([["cookie", "c=d"]]);
  });

  it("delete a set of known fields at once, parsed and added", () => {
    const perConnection = knownFields("connection", "keep-alive", "te", "upgrade");
    const headers = parse(
      "Connection: keep-alive",
      "Host: x.test",
      "Keep-Alive: timeout=5",
      "TE: trailers",
      "X-A: 1",
    );
    headers.append("Upgrade", "h2c");
    expect(headers.knownMask & perConnection).not.toBe(0);
    expect(headers.deleteAllOf(perConnection)).toBe(true);
    expect(headers.deleteAllOf(perConnection)).toBe(false);
    expect(headers.knownMask & perConnection).toBe(0);
    expect(encoded(headers)).toBe("Host: x.test\r\nX-A: 1\r\n");
    expect(headers.size).toBe(2);
  });

  it("can be made from pairs and from a record", () => {
    expect(encoded(new Headers({ "X-A": "1", "X-B": ["2", "3"] }))).toBe("X-A: 1\r\nX-B: 2\r\nX-B: 3\r\n");
    expect([...new Headers(new Map([["a", "b"]]))]).toEqual([["a", "b"]]);
    expect(new Headers().size).toBe(0);
    expect(encoded(new Headers())).toBe("");
  });

  it("keep Latin-1 as the bytes it is", () => {
    const headers = parse("Host: x.test", "X-A: caf\xe9");
    headers.set("X-B", "na\xefve, longer than what is written byte by byte \xff");
    expect(encoded(headers)).toBe(
      "Host: x.test\r\nX-A: caf\xe9\r\nX-B: na\xefve, longer than what is written byte by byte \xff\r\n",
    );
  });

  it("refuse names and values that would break a message", () => {
    const headers = parse("Host: x.test", "X-A: 1");
    for (const name of ["", "a b", "a:", "a\r\n", "\xe9", "a\0", "(a)"]) {
      expect(() => headers.set(name, "1"), JSON.stringify(name)).toThrow(HttpHeaderInvalidError);
      expect(() => headers.append(name, "1"), JSON.stringify(name)).toThrow(HttpHeaderInvalidError);
    }
    for (const value of ["a\r\nb", "a\nb", "\r", "a\0", "\x7f", "\x1b", "\u0100", "\u{1f600}"]) {
      expect(() => headers.set("X-A", value), JSON.stringify(value)).toThrow(HttpHeaderInvalidError);
      expect(() => headers.append("host", value), JSON.stringify(value)).toThrow(HttpHeaderInvalidError);
    }
    expect(encoded(headers)).toBe("Host: x.test\r\nX-A: 1\r\n");
    expect(() => new Headers({ "X-A": "a\u0141b" })).toThrow(
      expect.objectContaining({ code: "ERR_HTTP_HEADER_INVALID", field: "X-A", what: "value" }),
    );
  });

  it("refuse to be encoded where they may not fit", () => {
    const headers = parse("Host: x.test");
    expect(() => headers.encode(Buffer.alloc(headers.maxEncodedBytes), 1)).toThrow(RangeError);
  });
});

describe("a clone of headers", () => {
  const pair = () => {
    const original = parse("Host: x.test", "X-A: 1", "X-B: 2");
    original.append("X-C", "3");
    return { original, clone: original.clone() };
  };
  const before = "Host: x.test\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\n";

  it.each<[string, (headers: Headers) => void]>([
    ["set", (headers) => headers.set("x-a", "9")],
    ["set of an added field", (headers) => headers.set("x-c", "9")],
    ["append", (headers) => headers.append("x-d", "9")],
    ["delete", (headers) => headers.delete("x-b")],
    ["delete of an added field", (headers) => headers.delete("x-c")],
    ["delete of known fields", (headers) => headers.deleteAllOf(knownFields("host"))],
  ])("and its original do not see each other's %s", (_, change) => {
    for (const changed of ["original", "clone"] as const) {
      const both = pair();
      change(both[changed]);
      const other = changed === "clone" ? both.original : both.clone;
      expect(encoded(other)).toBe(before);
      expect(encoded(both[changed])).not.toBe(before);
    }
  });

  it("and its original stay what they are when one is given memory of its own", () => {
    const { original, clone } = pair();
    original.set("x-a", "9");
    original.detach();
    clone.detach();
    original.append("x-d", "4");
    expect(encoded(original)).toBe("Host: x.test\r\nX-A: 9\r\nX-B: 2\r\nX-C: 3\r\nx-d: 4\r\n");
    expect(encoded(clone)).toBe(before);
    expect(original.get("x-b")).toBe("2");
  });

  it("keeps what was edited before", () => {
    const { original } = pair();
    original.set("X-A", "9");
    original.delete("X-B");
    expect(encoded(original.clone().clone())).toBe("Host: x.test\r\nX-A: 9\r\nX-C: 3\r\n");
  });
});

describe("fields that many messages get", () => {
  const shared = () =>
    new Headers([
      ["X-One", "1"],
      ["Via", "a"],
    ]).prepare();

  it("are added with one call, and encoded as if they were added one by one", () => {
    const headers = new Headers();
    headers.appendAllOf(shared());
    expect([...headers]).toEqual([
      ["X-One", "1"],
      ["Via", "a"],
    ]);
    expect(headers.get("via")).toBe("a");
    expect(headers.size).toBe(2);
    expect(encoded(headers)).toBe("X-One: 1\r\nVia: a\r\n");
  });

  it("do not change when a message that got them is changed, nor the other way round", () => {
    const fields = shared();
    const first = new Headers();
    const second = new Headers();
    first.appendAllOf(fields);
    second.appendAllOf(fields);
    first.set("via", "b");
    first.append("X-Two", "2");
    fields.delete("x-one");
    expect(encoded(first)).toBe("X-One: 1\r\nVia: b\r\nX-Two: 2\r\n");
    expect(encoded(second)).toBe("X-One: 1\r\nVia: a\r\n");
    expect(encoded(fields)).toBe("Via: a\r\n");
  });

  it("are added behind what is there", () => {
    const headers = new Headers([["X-Own", "0"]]);
    headers.appendAllOf(shared());
    expect(encoded(headers)).toBe("X-Own: 0\r\nX-One: 1\r\nVia: a\r\n");
  });
});
