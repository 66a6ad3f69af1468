import { describe, expect, it } from "vitest";
import { defaultBodyLimits } from "../../src/body/body-limits.ts";
import { ChunkedDecoder } from "../../src/body/chunked-decoder.ts";
import type { Parsing } from "../../src/head/parsing.ts";
import { ChunkedEncodingError } from "../../src/index.ts";

interface Decoded {
  readonly data: string;
  readonly done: boolean;
  readonly trailers: readonly (readonly [string, string])[] | undefined;
  /** What is left behind the body. */
  readonly rest: string;
}

/** Decodes `parts` one after another, each in memory of its own, as a connection reads them. */
function decode(parts: readonly string[], parsing: Parsing = "strict"): Decoded {
  const decoder = new ChunkedDecoder({ ...defaultBodyLimits, parsing });
  let data = "";
  let rest = "";
  for (const part of parts) {
    const input = Buffer.from(part, "latin1");
    const end = decoder.done ? 0 : decoder.decode(input, 0);
    if (end > 0) data += input.toString("latin1", decoder.dataStart, decoder.dataEnd);
    rest += input.toString("latin1", end);
  }
  const trailers = decoder.trailers === undefined ? undefined : [...decoder.trailers];
  return { data, done: decoder.done, trailers, rest };
}

const plain = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
const rich =
  '3;name=value\r\nabc\r\n1;q="\\"x;\t y"\r\nd\r\n00A\r\n0123456789\r\n0;last\r\nX-Sum: 1 2\r\nx-empty:\r\n\r\n';

describe("the chunked decoder", () => {
  it("finds the data, moved together, and leaves what follows", () => {
    expect(decode([`${plain}GET / HTTP/1.1`])).toEqual({
      data: "hello world",
      done: true,
      trailers: undefined,
      rest: "GET / HTTP/1.1",
    });
  });

  it("moves the data of many chunks in one read together into one piece", () => {
    const input = Buffer.from(`skipped${"1\r\nx\r\n".repeat(1000)}0\r\n\r\n`);
    const decoder = new ChunkedDecoder();
    expect(decoder.decode(input, 7)).toBe(input.length);
    expect(input.toString("latin1", decoder.dataStart, decoder.dataEnd)).toBe("x".repeat(1000));
    expect(input.toString("latin1", 0, 7)).toBe("skipped");
  });

  it.each([
    ["plain chunks", plain],
    ["extensions, leading zeros and trailers", rich],
  ])("decodes %s alike however they are cut in two or three, and byte by byte", (_, text) => {
    const whole = decode([`${text}next`]);
    expect(whole.done).toBe(true);
    expect(whole.rest).toBe("next");
    expect(decode([...`${text}next`])).toEqual(whole);
    for (let first = 0; first <= text.length; first++) {
      expect(decode([text.slice(0, first), `${text.slice(first)}next`])).toEqual(whole);
      for (let second = first; second <= text.length; second += 7) {
        const parts = [text.slice(0, first), text.slice(first, second), `${text.slice(second)}next`];
        expect(decode(parts)).toEqual(whole);
      }
    }
  });

  it("keeps trailers in order, without blanks around them, and drops those that decide something", () => {
    const forbidden =
      "Content-Length: 5\r\nTRANSFER-ENCODING: chunked\r\nHost: evil\r\nauthorization: x\r\nTrailer: y\r\n";
    const { trailers } = decode([`0\r\n${forbidden}X-B: \t two \t\r\nx-a:1\r\nX-B: three\r\n\r\n`]);
    expect(trailers).toEqual([
      ["X-B", "two"],
      ["x-a", "1"],
      ["X-B", "three"],
    ]);
  });

  it("keeps the bytes of trailers, and a no-break space is one of them", () => {
    expect(decode(["0\r\nX: \xe9\xa0\r\n\r\n"]).trailers).toEqual([["X", "\xe9\xa0"]]);
  });

  it.each(["X-Forwarded-For", "X-Forwarded-Port", "X-Real-IP", "Client-Cert", "Client-Cert-Chain"])(
    "drops %s as a trailer: what tells of the client is for a proxy to say",
    (name) => {
      expect(decode([`0\r\n${name}: evil\r\n\r\n`]).trailers).toBeUndefined();
    },
  );

  it("has no trailers when none may be kept", () => {
    expect(decode(["0\r\nContent-Length: 5\r\n\r\n"])).toEqual({
      data: "",
      done: true,
      trailers: undefined,
      rest: "",
    });
  });

  it("takes zeros in front of a size, which is any number of digits (RFC 9112 section 7.1)", () => {
    const text = `${"0".repeat(63)}5\r\nhello\r\n00000000a\r\n0123456789\r\n${"0".repeat(64)}\r\n\r\n`;
    expect(decode([text])).toMatchObject({ data: "hello0123456789", done: true, rest: "" });
    expect(decode([...text])).toMatchObject({ data: "hello0123456789", done: true, rest: "" });
  });

  it.each([
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Range",
    "Pragma",
    "HTTP2-Settings",
    "Age",
    "Date",
    "Expires",
    "Location",
    "Retry-After",
    "Vary",
  ])("drops %s as a trailer: whoever reads the content has decided by it before", (name) => {
    expect(decode([`0\r\n${name}: late\r\n\r\n`]).trailers).toBeUndefined();
  });

  it("decodes the largest chunk that it takes", () => {
    const decoder = new ChunkedDecoder();
    const input = Buffer.from("FFFFFFFF\r\nxyz");
    decoder.decode(input, 0);
    expect(input.toString("latin1", decoder.dataStart, decoder.dataEnd)).toBe("xyz");
    expect(decoder.done).toBe(false);
  });

  it.each([
    ["no size", "\r\n"],
    ["no hexadecimal size", "g\r\n"],
    ["a sign", "+5\r\nhello\r\n"],
    ["a minus", "-5\r\n"],
    ["0x", "0x5\r\n"],
    ["a space before the size", " 5\r\nhello\r\n"],
    ["a space behind the size", "5 \r\nhello\r\n"],
    ["a tab behind the size", "5\t;a\r\nhello\r\n"],
    ["a comma", "5,5\r\n"],
    ["an underscore", "1_0\r\n"],
    ["nine digits", "100000005\r\n"],
    ["nine digits behind zeros", "0000100000005\r\n"],
    ["zeros without an end", "0".repeat(65)],
    ["a bare LF behind the size", "5\nhello\r\n"],
    ["a bare CR behind the size", "5\rhello\r\n"],
    ["a bare LF in an extension", "5;a\nhello\r\n"],
    ["a bare CR in an extension", "5;a\rb\r\nhello\r\n"],
    ["a NUL in an extension", "5;a\0\r\nhello\r\n"],
    ["DEL in an extension", "5;a\x7f\r\nhello\r\n"],
    ["data longer than its size", "4\r\nhello\r\n"],
    ["data shorter than its size", "6\r\nhello\r\n0\r\n\r\n"],
    ["a bare LF behind data", "5\r\nhello\n0\r\n\r\n"],
    ["a bare CR behind data", "5\r\nhello\rX"],
    ["a bare LF behind the last chunk", "0\n\n"],
    ["a bare LF as the end", "0\r\n\n"],
    ["a bare CR as the end", "0\r\n\rX"],
    ["a trailer without colon", "0\r\nX-A\r\n\r\n"],
    ["a trailer without name", "0\r\n: x\r\n\r\n"],
    ["a blank before a trailer's colon", "0\r\nX : y\r\n\r\n"],
    ["a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"],
    ["a bare LF in a trailer", "0\r\nX: y\nContent-Length: 5\r\n\r\n"],
    ["a bare CR in a trailer", "0\r\nX: y\rZ: 1\r\n\r\n"],
    ["a NUL in a trailer", "0\r\nX: \0\r\n\r\n"],
    ["a letter with an accent in a trailer's name", "0\r\n\xe9: y\r\n\r\n"],
    ["a trailer without colon before the next line comes", "0\r\nX-A\r\n"],
    ["a trailer of blanks before the next line comes", "0\r\n \r\n"],
    ["a trailer without name behind a good one", "0\r\nX: y\r\n: z\r\n"],
    ["a NUL in a trailer before its line ends", "0\r\nX: \0"],
  ])("refuses %s, whole and byte by byte", (_, text) => {
    expect(() => decode([text])).toThrow(ChunkedEncodingError);
    expect(() => decode([...text])).toThrow(ChunkedEncodingError);
  });

  it("bounds extensions of all chunks together", () => {
    const chunk = (extension: number) => `1;${"e".repeat(extension)}\r\nx\r\n`;
    expect(decode([chunk(2048), chunk(2048), "0\r\n\r\n"]).done).toBe(true);
    expect(() => decode([chunk(2048), chunk(2049), "0\r\n\r\n"])).toThrow(/extensions are longer than 4096/);
  });

  it("bounds trailers", () => {
    const room = 8 * 1024 - "X: \r\n\r\n".length;
    expect(decode([`0\r\nX: ${"y".repeat(room)}\r\n\r\n`]).done).toBe(true);
    expect(() => decode([`0\r\nX: ${"y".repeat(room + 1)}\r\n\r\n`])).toThrow(
      /trailers are longer than 8192/,
    );
  });
});

describe("chunk extensions", () => {
  const decodeWith = (extensions: string) => decode([`5${extensions}\r\nhello\r\n0\r\n\r\n`]);

  it.each([";a", ";a;b", ";a=b", ";a=b;c", ';a="b c"', ';a="";b', ';a="\\"\\\\;\t\xe9"'])(
    "are read over: %j",
    (extensions) => {
      expect(decodeWith(extensions)).toMatchObject({ data: "hello", done: true });
      expect(decode([...`5${extensions}\r\nhello\r\n0\r\n\r\n`])).toMatchObject({
        data: "hello",
        done: true,
      });
    },
  );

  it.each([
    ";",
    ";;a",
    "; a",
    ";a ",
    ";a =b",
    ";a= b",
    ";a=",
    ";a==b",
    ';a="b',
    ';a="b"c',
    ';a=b"c"',
    ";a\t",
    ";a,b",
    ";a=\xe9",
    ';a="\0"',
  ])("are refused when they are malformed: %j", (extensions) => {
    expect(() => decodeWith(extensions)).toThrow(ChunkedEncodingError);
    expect(() => decode([...`5${extensions}\r\nhello\r\n`])).toThrow(ChunkedEncodingError);
  });

  it.each([" ;a", "\t;a=b", "; a", ";a =b", ";a= b", ' ;\ta = "b c" ;d', ";a ", "  "])(
    "may have blanks around them in compat (RFC 9112 section 7.1.1): %j",
    (extensions) => {
      const text = `5${extensions}\r\nhello\r\n0${extensions}\r\n\r\n`;
      expect(decode([text], "compat")).toMatchObject({ data: "hello", done: true, rest: "" });
      expect(decode([...text], "compat")).toMatchObject({ data: "hello", done: true, rest: "" });
      expect(() => decode([text])).toThrow(ChunkedEncodingError);
    },
  );

  it.each([
    ";",
    "; ",
    ";;a",
    "; ;a",
    ";a b",
    ";a=",
    ";a= ",
    ';a="b" c',
    ";a=b c",
    ';a="b',
    ";a\n",
    ";a \n",
    ` ;a${" ".repeat(5000)}`,
  ])("are refused in compat, too, when they are malformed: %j", (extensions) => {
    expect(() => decode([`5${extensions}\r\nhello\r\n`], "compat")).toThrow(ChunkedEncodingError);
  });
});
