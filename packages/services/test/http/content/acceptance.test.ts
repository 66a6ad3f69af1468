import { Headers } from "@monolake/http";
import { expect, it } from "vitest";
import { AcceptedCodings } from "../../../src/http/content/acceptance.ts";

const offered = ["zstd", "br", "gzip", "deflate"] as const;
const chosen = (value: string | readonly string[] | undefined) =>
  new AcceptedCodings(offered).of(new Headers(value === undefined ? {} : { "Accept-Encoding": value }));

// RFC 9110 section 12.5.3; "asis" stands for the content without a coding.
it.each([
  [undefined, "asis"],
  ["", "asis"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP", "gzip"],
  ["gzip, deflate, br, zstd", "zstd"],
  ["gzip, deflate, br", "br"],
  ["gzip, deflate", "gzip"],
  ["deflate", "deflate"],
  ["compress", "asis"],
  ["gzip;q=0.5, br;q=0.4", "gzip"],
  ["gzip;q=0.5,br;q=0.5", "br"],
  ["gzip; q=1.000 , br ; q=0.999", "gzip"],
  ["gzip;q=0, br;q=0", "asis"],
  ["gzip;Q=1, zstd;q=0.9", "gzip"],
  ["*", "zstd"],
  ["*;q=0.1, gzip;q=0.2", "gzip"],
  ["zstd;q=0, *", "br"],
  ["identity", "asis"],
  ["identity, gzip;q=0.5", "asis"],
  ["identity;q=0.5, gzip;q=0.5", "gzip"],
  ["identity;q=0.5, *;q=0.4", "asis"],
  ["identity;q=0.001, gzip", "gzip"],
  ["gzip;q=2", "asis"],
  ["gzip;q=-1", "asis"],
  ["gzip;q=1.001", "asis"],
  ["gzip;q=0.1234, deflate", "deflate"],
  ["gzip;q=, deflate", "deflate"],
  ["gzip;level=9, deflate", "deflate"],
  ["gzip;q=0, gzip", "asis"],
  [",, ;q=1, gzip,", "gzip"],
])("of Accept-Encoding %j takes %s", (value, coding) => {
  expect(chosen(value)).toEqual({ coding: coding === "asis" ? undefined : coding, identity: true });
});

it.each([
  ["identity;q=0", undefined],
  ["*;q=0", undefined],
  ["identity;q=0, gzip", "gzip"],
  ["gzip, *;q=0", "gzip"],
  ["identity;q=0, *", "zstd"],
])("of Accept-Encoding %j learns that the content must not stay as it is", (value, coding) => {
  expect(chosen(value)).toEqual({ coding, identity: false });
});

it("takes several fields for one list", () => {
  expect(chosen(["gzip;q=0.2", "br;q=0.3"])).toMatchObject({ coding: "br" });
});

it("chooses only what is offered, in the order of the offer", () => {
  const few = new AcceptedCodings(["gzip", "br"]);
  expect(few.of(new Headers({ "Accept-Encoding": "br, zstd, gzip" })).coding).toBe("gzip");
  expect(few.of(new Headers({ "Accept-Encoding": "zstd" })).coding).toBeUndefined();
});

it("stays small however many different values clients send", () => {
  const codings = new AcceptedCodings(offered);
  for (let number = 0; number < 2_000; number += 1) {
    const value = `x-${number}, gzip;q=0.${number % 1000}`;
    expect(codings.of(new Headers({ "Accept-Encoding": value })).identity).toBe(true);
  }
});
