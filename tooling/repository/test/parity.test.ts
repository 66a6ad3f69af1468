import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { checkParity } from "../src/parity.ts";

it("every row of the parity table names a test that is there", () => {
  expect(checkParity().problems).toEqual([]);
});

it("finds rows without a test, with a test that is gone, and out of order", async () => {
  await using folder = await temporaryFolder();
  await folder.write("test/a.test.ts", 'it("holds", () => {});\n');
  await folder.write(
    "docs/parity.md",
    [
      "| 1 | One | [holds](../test/a.test.ts) |  |",
      "| 2 | Two | [is gone](../test/a.test.ts) |  |",
      "| 3 | Three | [holds](../test/b.test.ts) |  |",
      "| 4 | Four | perhaps |  |",
      "| 6 | Five | cannot hold: Node.js has no such thing |  |",
      "",
    ].join("\n"),
  );
  expect(checkParity(folder.path)).toMatchObject({
    problems: [
      'docs/parity.md: row 2: test/a.test.ts has no test "is gone"',
      "docs/parity.md: row 3: test/b.test.ts is not there",
      "docs/parity.md: row 4 names no test: Four",
      "docs/parity.md: row 6 stands where row 5 should be",
    ],
  });
});
