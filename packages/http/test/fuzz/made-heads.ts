import type { FuzzRandom } from "@monolake/test-kit";

const tokens = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");
const targetCharacters = visible.replace("#", "");

const methods = ["GET", "GET", "GET", "POST", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE"];
const oddMethods = [
  "CONNECT",
  "M-SEARCH",
  "QUERY",
  "PURGE",
  "get",
  "PRI",
  "PLAY",
  "GETX",
  "",
  "SOURCE",
  "G\tT",
];
const oddTargets = [
  "*",
  "http://x.test/p?q",
  "HTTP://X:80",
  "x.test:80",
  "//",
  "/a#b",
  "/%zz",
  "http://a@b/",
  "?",
  "",
];
const versions = [
  ...Array<string>(12).fill("HTTP/1.1"),
  "HTTP/1.0",
  "HTTP/1.2",
  "HTTP/2.0",
  "http/1.1",
  "HTTP/1.10",
];
const statuses = [
  "200 OK",
  "404 Not Found",
  "204 No Content",
  "304 Not Modified",
  "100 Continue",
  "101 Switching Protocols",
];
const oddStatuses = [
  "599 x y",
  "200 ",
  "200",
  "099 x",
  "600 x",
  "99 x",
  "200  x",
  "200 caf\xe9",
  "200 a\tb",
  "2000 x",
  "-20 x",
];
const hosts = [
  "Host: x.test",
  "host: 127.0.0.1:8080",
  "HOST: a-b.example:8443",
  "Host: [::1]:80",
  "Host:x.test",
];

/** Fields that mean something to a parser, in forms that are right, odd and wrong. */
const framing = [
  "Content-Length: 5",
  "content-length: 0",
  "Content-Length: 0007",
  "Content-Length: 999999999999999",
  "Content-Length: 9999999999999999",
  "Content-Length: 18446744073709551616",
  "Content-Length: +5",
  "Content-Length: 5 ",
  "Content-Length: 5\t",
  "Content-Length: 5, 5",
  "Content-Length:",
  "Content-Length : 5",
  "Transfer-Encoding: chunked",
  "transfer-encoding: Chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked, gzip",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: chunked ",
  "Transfer-Encoding:\tchunked",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding: chunked;q=1",
  "Transfer-Encoding:",
  "Host: y.test",
  "Host:",
  "Host: a@b",
  "Host: a b",
  "Connection: keep-alive",
  "Connection: close",
  "connection: Upgrade, keep-alive",
  "Connection: close, x-a",
  "Connection: te,,close ,\tupgrade",
  "Connection: closed",
  "Upgrade: websocket",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Expect: 100-Continue ",
  "Keep-Alive: timeout=5",
  "TE: trailers",
  "Proxy-Connection: keep-alive",
];
const ordinary = [
  "Accept:*/*",
  "Accept: text/html, */*;q=0.8",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
  "Cookie: a=b; c=d",
  "X-Empty:",
  "X-Blank:  \t",
  "X-Tab: a\tb",
  "X-Text: caf\xe9",
  "X-Forwarded-For: 1.2.3.4",
  "Max-Forwards: 3",
  "__proto__: x",
  " folded",
  ": nameless",
  "no colon",
];

const lengths = ["Content-Length: 5", "content-length: 0", "Transfer-Encoding: chunked"];

function fieldsOf(random: FuzzRandom, isRequest: boolean): string[] {
  const lines = isRequest && !random.oneIn(16) ? [random.pick(hosts)] : [];
  for (let left = random.integer(5); left > 0; left -= 1) {
    const kind = random.integer(8);
    if (kind < 2) lines.push(random.pick(framing));
    else if (kind < 5) lines.push(random.pick(ordinary.slice(0, random.oneIn(4) ? undefined : -3)));
    else lines.push(`${random.text(tokens, 1, 14)}: ${random.text(`${visible} `, 0, 24)}`);
  }
  // Two fields that frame the message, each of them plain.
  if (random.oneIn(8)) lines.push(random.pick(lengths), random.pick(lengths));
  // The place of a field must not matter.
  if (lines.length > 1 && random.oneIn(2)) lines.push(lines.shift() as string);
  return lines;
}

const head = (firstLine: string, lines: readonly string[]): string =>
  `${[firstLine, ...lines].join("\r\n")}\r\n\r\n`;

/** A request head, mostly a sound one. */
export function madeRequestHead(random: FuzzRandom): string {
  const method = random.oneIn(10) ? random.pick(oddMethods) : random.pick(methods);
  const target = random.oneIn(8) ? random.pick(oddTargets) : `/${random.text(targetCharacters, 0, 24)}`;
  return head(`${method} ${target} ${random.pick(versions)}`, fieldsOf(random, true));
}

/** A response head, mostly a sound one. */
export function madeResponseHead(random: FuzzRandom): string {
  const status = random.oneIn(6) ? random.pick(oddStatuses) : random.pick(statuses);
  return head(`${random.pick(versions)} ${status}`, fieldsOf(random, false));
}
