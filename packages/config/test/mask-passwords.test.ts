import { expect, it } from "vitest";
import { z } from "zod";
import { formatProblems, parseConfig } from "../src/index.ts";

const schema = z.strictObject({ uri: z.string().max(5), other: z.number().optional() });

/** What people see of a file that is wrong. */
function shownOf(text: string): string {
  const outcome = parseConfig({ text, schema });
  return outcome.type === "invalid" ? formatProblems(outcome.problems) : "";
}

it.each([
  ['uri = "http://user:s3cret@host/"', '"http://user:******@host/"'],
  ['uri = "http://user:s3@cr:et@host/"', '"http://user:********@host/"'],
  [`uri = "http://user:${"s3cret".repeat(20)}@host/"`, "http://user:****"],
  ['uri = "x"\nothers = "redis://:s3cret@host"', '"redis://:******@host"'],
])("no message and no excerpt shows the password in %s", (text, shown) => {
  const all = shownOf(text);
  expect(all).toContain(shown);
  expect(all).not.toContain("s3");
});

it("leaves ports, and at signs elsewhere, as they are", () => {
  expect(shownOf('uri = "http://host:8080/a@b"')).toContain('"http://host:8080/a@b"');
});
