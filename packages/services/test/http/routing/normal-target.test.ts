import { RequestHeadReader } from "@monolake/http";
import { putIntoReadMemory } from "@monolake/streams";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalTarget } from "../../../src/http/routing/normal-target.ts";

describe("the normal form of a target", () => {
  it.each([
    "/",
    "/a/b",
    "/a//b/",
    "/a%2Fb",
    "/a%2fb%20c",
    "/.well-known/x",
    "/a/..b/c..",
    "/...",
    "/a?x=/../%61",
    "/a%zz%",
    "/a\\b",
    "/%252e%252e/",
  ])("is the target itself: %j", (target) => {
    expect(normalTarget(target)).toBe(target);
  });

  it.each([
    ["/%61dmin", "/admin"],
    ["/%41%5a%7e%2d%5f%2E", "/AZ~-_."],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/a/b/../../c", "/c"],
    ["/a/%2e%2E/b", "/b"],
    ["/a/.%2e/b?q=/../", "/b?q=/../"],
    ["/a/..", "/"],
    ["/a/b/..", "/a/"],
    ["/a/.", "/a/"],
    ["/.", "/"],
    ["/a//../b", "/a/b"],
    ["/%7Euser/%20", "/~user/%20"],
  ])("of %j is %j", (target, normal) => {
    expect(normalTarget(target)).toBe(normal);
  });

  it.each([
    "/..",
    "/../a",
    "/a/../../b",
    "/%2e%2e/a",
    "/a%00",
    "/a/..%2fb",
    "/a/..%2Fb",
    "/a%2f..",
    "/a%2f../b",
    "/a/%2e%2e%2fb",
    "/a/..%5cb",
    "/a\\..\\b",
    "/a/..\\b",
    "/a/%2e%5Cb",
    // Java servers take what is behind a semicolon for parameters of a segment, and look for dots without it.
    "/..;/a",
    "/a/..;/b",
    "/a/..;x=1/b",
    "/a/.;/b",
    "/a/%2e%2e;/b",
    "/a/..%3B/b",
    "/a%2f..;/b",
    "/a/..;",
    // What is decoded once is not decoded again, by us or by the upstream.
    "/a/%%32e%%32e/b",
    "/a/%2%65%2%65/b",
    "/%%36%31dmin",
  ])("is none for %j", (target) => {
    expect(normalTarget(target)).toBeUndefined();
  });

  it("is the normal form of itself, and what a browser makes of the path", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "..",
      ".",
      "/",
      "//",
      "%2e",
      "%2E",
      "%61",
      "%2F",
      "%20",
      "...",
      "~",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = `/${pieces.join("")}`;
        const normal = normalTarget(target);
        if (normal === undefined) return;
        expect(normalTarget(normal)).toBe(normal);
        // A browser leaves other encodings as they are.
        expect(normal).toBe(
          new URL(`http://x.test${target.replaceAll("%61", "a")}`).pathname.replace(/%2e/gi, "."),
        );
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });

  it("is the normal form of itself, whatever is broken about its encodings", () => {
    const piece = fc.constantFrom("/", "%", "2", "e", "%2", "%25", "%32", "%65", "%45", "f", ".");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const normal = normalTarget(`/${pieces.join("")}`);
        if (normal !== undefined) expect(normalTarget(normal)).toBe(normal);
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });
});

/** A route takes the word of the head's reader for it, and then looks at nothing. */
it("is every target that a reader of heads calls normal, scanned or byte by byte", () => {
  let normal = 0;
  const part = fc.constantFrom("/", ".", "..", "%2e", "%2F", "%", "\\", ";", "?", "a", "b.c", "%61", "=");
  const targets = fc.array(part, { maxLength: 24 }).map((parts) => `/${parts.join("")}`);
  const every = fc.property(targets, (target) => {
    const head = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    for (const bytes of [head, putIntoReadMemory(head)]) {
      const read = new RequestHeadReader().read(bytes, 0);
      expect(read?.target).toBe(target);
      if (read?.isTargetNormal !== true) continue;
      normal += 1;
      expect(normalTarget(target)).toBe(target);
    }
  });
  fc.assert(every, { numRuns: 3_000, seed: 20_261_128 });
  expect(normal).toBeGreaterThan(300);
});
