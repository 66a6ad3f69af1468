import type { FuzzRandom } from "./fuzzer.ts";

/** What confuses readers of HTTP, and other texts of lines. */
const pieces = [
  "\r",
  "\n",
  "\r\n",
  "\r\r\n",
  "\n\n",
  " ",
  "\t",
  ":",
  ": ",
  ",",
  ";",
  "\0",
  "\x0b",
  "\x0c",
  "\x1f",
  "\x7f",
  "\x80",
  "\xa0",
  "\xff",
  "#",
  "5",
  "0x5",
  "0\r\n\r\n",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "Host: y\r\n",
  "\r\n\r\n",
  " HTTP/1.1",
  "GET / HTTP/1.1\r\n",
  "HTTP/1.1 200 OK\r\n",
  "\r\n ",
];

/** The text as bytes, a character for each, with bytes overwritten, put in, taken out or said twice, once or a few times. */
export function mutatedText(random: FuzzRandom, text: string): Buffer {
  let changed = text;
  for (let left = 1 + random.integer(3); left > 0; left -= 1) changed = mutate(random, changed);
  return Buffer.from(changed, "latin1");
}

function mutate(random: FuzzRandom, text: string): string {
  const at = random.integer(text.length + 1);
  const piece = random.oneIn(2) ? random.pick(pieces) : String.fromCharCode(random.integer(256));
  switch (random.integer(5)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at + piece.length);
    case 1:
      return text.slice(0, at) + piece + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random.integer(4));
    case 3: {
      const from = random.integer(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + random.integer(40)) + text.slice(at);
    }
    default: {
      const lines = text.split("\r\n");
      const line = lines[random.integer(lines.length)] as string;
      lines.splice(random.integer(lines.length), 0, line);
      return lines.join("\r\n");
    }
  }
}
