/** The request methods that llhttp takes in HTTP/1.x, by their numbers there. Others are answered with 501. */
export const methodNumbers: ReadonlyMap<string, number> = new Map([
  ["DELETE", 0],
  ["GET", 1],
  ["HEAD", 2],
  ["POST", 3],
  ["PUT", 4],
  ["CONNECT", 5],
  ["OPTIONS", 6],
  ["TRACE", 7],
  ["COPY", 8],
  ["LOCK", 9],
  ["MKCOL", 10],
  ["MOVE", 11],
  ["PROPFIND", 12],
  ["PROPPATCH", 13],
  ["SEARCH", 14],
  ["UNLOCK", 15],
  ["BIND", 16],
  ["REBIND", 17],
  ["UNBIND", 18],
  ["ACL", 19],
  ["REPORT", 20],
  ["MKACTIVITY", 21],
  ["CHECKOUT", 22],
  ["MERGE", 23],
  ["M-SEARCH", 24],
  ["NOTIFY", 25],
  ["SUBSCRIBE", 26],
  ["UNSUBSCRIBE", 27],
  ["PATCH", 28],
  ["PURGE", 29],
  ["MKCALENDAR", 30],
  ["LINK", 31],
  ["UNLINK", 32],
  ["SOURCE", 33],
  ["QUERY", 46],
]);

/** The longest method name above; a longer one is refused before its end has come. */
export const longestMethod = 11;

const names: readonly string[] = [...methodNumbers.keys()];
/** The first four bytes of a method name or of a shorter one and its space, as one number. */
const startOf = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);
const [get, post, put, head, options, patch, remove] = [
  "GET ",
  "POST",
  "PUT ",
  "HEAD",
  "OPTI",
  "PATC",
  "DELE",
].map((start) => startOf(Buffer.from(start), 0)) as [number, number, number, number, number, number, number];

const isAt = (bytes: Uint8Array, at: number, name: string): boolean => {
  for (let index = 0; index < name.length; index++) {
    if (bytes[at + index] !== name.charCodeAt(index)) return false;
  }
  return bytes[at + name.length] === 0x20;
};

/** The known method, as a constant, that stands at `at` with a space behind it. At least 4 bytes must be there. */
export function methodAt(bytes: Uint8Array, at: number): string | undefined {
  const start = startOf(bytes, at);
  if (start === get) return "GET";
  if (start === put) return "PUT";
  if (start === post) return isAt(bytes, at, "POST") ? "POST" : undefined;
  if (start === head) return isAt(bytes, at, "HEAD") ? "HEAD" : undefined;
  if (start === remove) return isAt(bytes, at, "DELETE") ? "DELETE" : undefined;
  if (start === options) return isAt(bytes, at, "OPTIONS") ? "OPTIONS" : undefined;
  if (start === patch) return isAt(bytes, at, "PATCH") ? "PATCH" : undefined;
  for (const name of names) if (isAt(bytes, at, name)) return name;
  return undefined;
}
