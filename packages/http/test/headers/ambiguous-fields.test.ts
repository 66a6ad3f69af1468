import { describe, expect, it } from "vitest";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { AmbiguousFields } from "../../src/headers/ambiguous-fields.ts";
import { Headers } from "../../src/headers/headers.ts";

/** The head of a request with these lines, read by the fast path, or by the strict one where a value is not plain. */
function headOf(lines: readonly string[], path: "fast" | "strict") {
  const odd = path === "strict" ? "x: \xe9\r\n" : "";
  const text = `GET / HTTP/1.1\r\nHost: a\r\n${odd}${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
  const head = new RequestHeadReader().read(Buffer.from(text, "latin1"), 0);
  if (head === undefined) throw new Error("no head");
  return head;
}

describe.each(["fast", "strict"] as const)("a head (%s path)", (path) => {
  it.each(["X_A: 1", "_a: 1", "a_: 1", "_: 1", "X.A: 1", "X'A: 1", "x|a: 1", "Content_Length: 5", "a~: 1"])(
    "with %s says that it has such a name",
    (line) => {
      expect(headOf([line], path).ambiguousName).toBe(true);
      expect(headOf(["Accept: *", line, "X-B: 2"], path).ambiguousName).toBe(true);
    },
  );

  it.each(["X-A: a_b", "x--a: _", "0-1: 1", "-: 1", "Content-Length: 5"])("with %s has none", (line) => {
    expect(headOf([line], path).ambiguousName).toBe(false);
  });

  it("with any byte in its name says so, or is refused, or has no other", () => {
    const isToken = /^[\w!#$%&'*+.^`|~-]$/;
    for (let byte = 1; byte < 256; byte++) {
      const name = `a${String.fromCharCode(byte)}b`;
      const read = () => headOf([`${name}: 1`], path).ambiguousName;
      if (byte === 0x3a) expect(read()).toBe(false);
      else if (isToken.test(String.fromCharCode(byte)))
        expect(read(), name).toBe(!/^[a-z0-9-]+$/i.test(name));
      else expect(read, name).toThrow();
    }
  });
});

/** The names that are left of these. */
function leftOf(rule: AmbiguousFields, names: readonly string[]): string[] {
  const headers = new Headers(names.map((name) => [name, "v"] as const));
  rule.judge(headers);
  return [...headers].map(([name]) => name);
}

const names = [
  "X_Forwarded_For",
  "my_field",
  "x.real.ip",
  "X-Forwarded-For",
  "X_User",
  "x-User",
  "Client_cert-CHAIN",
];

describe("fields with such names", () => {
  it("are dropped where they stand for one that a proxy answers for, and as their handler says", () => {
    expect(leftOf(new AmbiguousFields(), names)).toEqual(["my_field", "X-Forwarded-For", "X_User", "x-User"]);
    expect(leftOf(new AmbiguousFields("guard", ["X-User"]), names)).toEqual([
      "my_field",
      "X-Forwarded-For",
      "x-User",
    ]);
    // Whoever sets a field with such a name minds its other spellings.
    expect(leftOf(new AmbiguousFields("guard", ["my_field"]), ["my.field", "MY_FIELD", "other_"])).toEqual([
      "other_",
    ]);
  });

  it("are all dropped, or none, where that is asked for", () => {
    expect(leftOf(new AmbiguousFields("drop"), names)).toEqual(["X-Forwarded-For", "x-User"]);
    expect(leftOf(new AmbiguousFields("pass", ["X-User"]), names)).toEqual(names);
  });

  it("refuse their request, the first one named, where that is asked for", () => {
    const rule = new AmbiguousFields("refuse");
    expect(() => leftOf(rule, ["Host", "a_b", "c_d"])).toThrow(
      "refused request head: field name ambiguous in line 3, found a_b",
    );
    expect(leftOf(rule, ["Host", "a-b"])).toEqual(["Host", "a-b"]);
  });

  it.each(["guard", "drop", "refuse", "pass"] as const)("come behind a body as the mode %s says", (mode) => {
    const rule = new AmbiguousFields(mode, ["X-User"]);
    const trailers = ["x-forwarded-for", "x_forwarded_for", "x-user", "x_user", "my_sum", "my-sum"];
    expect(trailers.filter((name) => rule.isTrailer(name))).toEqual(
      {
        guard: ["my_sum", "my-sum"],
        drop: ["my-sum"],
        refuse: ["my-sum"],
        pass: ["x_forwarded_for", "x_user", "my_sum", "my-sum"],
      }[mode],
    );
  });

  it("are dropped for what they say of a client, not for what is only no trailer", () => {
    const names = ["If_Match", "Retry_After", "Via_"];
    expect(leftOf(new AmbiguousFields(), names)).toEqual(names);
    expect(
      ["If-Match", "If_Match", "Retry-After"].some((name) => new AmbiguousFields().isTrailer(name)),
    ).toBe(false);
  });
});
