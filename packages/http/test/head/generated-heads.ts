import fc from "fast-check";
import { latin1 } from "./described-head.ts";

const methods = [
  "GET",
  "POST",
  "PUT",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "CONNECT",
  "M-SEARCH",
  "QUERY",
  "PURGE",
  "get",
  "PRI",
  "PLAY",
];
const targets = [
  "/",
  "/a/b?c=d&e=%20f",
  "/a#b",
  "*",
  "http://x.test/p",
  "x.test:80",
  "/a\\b",
  "//",
  "/\x7f",
  '/{"a":[1]}|^`',
];
const versions = [...Array<string>(8).fill("HTTP/1.1"), "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1"];
const wellKnown = [
  "Host: x.test",
  "host: 127.0.0.1:8080",
  "Host: [::1]:80",
  "Host: a@b",
  "Connection: keep-alive",
  "Connection: close",
  "connection: Upgrade, keep-alive",
  "Connection: close, x-a",
  "Connection: te,,close ,\tupgrade",
  "Upgrade: websocket",
  "Content-Length: 5",
  "content-length: 0",
  "Content-Length: 0007",
  "Content-Length: 999999999999999",
  "Content-Length: 9999999999999999",
  "Content-Length: +5",
  "Content-Length: 5 ",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "transfer-encoding: Chunked",
  "Transfer-Encoding: identity",
  "Expect: 100-continue",
  "Keep-Alive: timeout=5",
  "TE: trailers",
  "Proxy-Connection: keep-alive",
  "X-Forwarded-For: 1.2.3.4",
  "X-Request-Id: 7b1f2c3d",
  "Cookie: a=b; c=d",
  "Accept:*/*",
  "X-Empty:",
  "X-Tab: a\tb",
  "X-Text: caf\xe9",
];

const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");
const textOf = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

const field = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...wellKnown) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(textOf(tokenCharacters, 1, 12), textOf(`${visible} `, 0, 30))
      .map(([name, value]) => `${name}: ${value}`),
  },
);
// Most heads have one good Host field and one body length at most, else nearly all would be refused.
const fields = fc
  .tuple(
    fc.constantFrom("Host: x.test", "Host: x.test", "HOST: a-b.example:8443", ""),
    fc.array(field, { maxLength: 2 }),
    fc.array(
      textOf(tokenCharacters, 1, 9).map((name) => `${name}: v`),
      { maxLength: 4 },
    ),
  )
  .map(([host, some, plain]) => [host, ...plain, ...some].filter((line) => line !== ""));

const target = fc.oneof(
  { weight: 4, arbitrary: textOf(visible.replace("#", ""), 0, 20).map((text) => `/${text}`) },
  { weight: 1, arbitrary: fc.constantFrom(...targets) },
);
const method = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("GET", "POST", "PUT") },
  { weight: 1, arbitrary: fc.constantFrom(...methods) },
);

export const requestHeads = fc
  .tuple(method, target, fc.constantFrom(...versions), fields)
  .map(([name, path, version, lines]) => `${[`${name} ${path} ${version}`, ...lines].join("\r\n")}\r\n\r\n`);

const statusLines = [
  "200 OK",
  "404 Not Found",
  "204 No Content",
  "304 Not Modified",
  "100 Continue",
  "101 Switching Protocols",
  "599 x y",
  "200 ",
  "200",
  "099 x",
  "600 x",
  "99 x",
  "200  x",
  "200 caf\xe9",
  "200 a\tb",
];
export const responseHeads = fc
  .tuple(
    fc.constantFrom(...versions),
    fc.oneof(fc.constantFrom(...statusLines.slice(0, 6)), fc.constantFrom(...statusLines)),
    fields,
  )
  .map(([version, status, lines]) => `${[`${version} ${status}`, ...lines].join("\r\n")}\r\n\r\n`);

const pieces = [
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  ":",
  ": ",
  ",",
  ";",
  "\0",
  "\x0b",
  "\x7f",
  "\x80",
  "\xa0",
  "\xff",
  "#",
  "5",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Host: y\r\n",
  "\r\n\r\n",
  " HTTP/1.1",
];

/** A change to a head: bytes overwritten, put in or taken out, or a line said twice. */
export interface Mutation {
  readonly type: "flip" | "insert" | "delete" | "duplicate-line";
  readonly at: number;
  readonly text: string;
}
export const mutations = fc.array(
  fc.record<Mutation>({
    type: fc.constantFrom("flip", "insert", "delete", "duplicate-line"),
    at: fc.nat(400),
    text: fc.oneof(
      fc.constantFrom(...pieces),
      fc.nat(255).map((byte) => String.fromCharCode(byte)),
    ),
  }),
  { minLength: 1, maxLength: 2 },
);

function mutate(head: string, { type, at, text }: Mutation): string {
  const place = at % head.length;
  switch (type) {
    case "flip":
      return head.slice(0, place) + text[0] + head.slice(place + 1);
    case "insert":
      return head.slice(0, place) + text + head.slice(place);
    case "delete":
      return head.slice(0, place) + head.slice(place + 1 + (at % 3));
    case "duplicate-line": {
      const lines = head.slice(0, -4).split("\r\n");
      const line = lines[1 + (at % Math.max(1, lines.length - 1))];
      return `${[...lines, ...(line === undefined ? [] : [line])].join("\r\n")}\r\n\r\n`;
    }
  }
}

export const mutated = (head: string, changes: readonly Mutation[]): Buffer =>
  latin1(changes.reduce((text, change) => (text === "" ? text : mutate(text, change)), head));
