import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { headingsOf } from "../src/headings.ts";
import { checkLinks, linksOf } from "../src/links.ts";

it("every link of the documentation leads somewhere", () => {
  expect(checkLinks().problems).toEqual([]);
});

it("finds links to files and to headings that are not there", async () => {
  await using folder = await temporaryFolder();
  await folder.write("other.md", "# Other\n\n## What `there` is\n");
  await folder.write(
    "page.md",
    "[good](other.md#what-there-is) [bad](gone.md)\n\n[worse](other.md#gone) [away](https://example.com/x)\n",
  );
  expect(checkLinks(folder.path).problems).toEqual([
    "page.md:1: gone.md: there is no such file",
    "page.md:3: other.md#gone: there is no such heading",
  ]);
});

it("takes headings as GitHub names them, a second one with a number", () => {
  expect([...headingsOf("# A `b`, c_d\n## Same\n```sh\n# comment\n```\n## Same\n")]).toEqual([
    "a-b-c_d",
    "same",
    "same-1",
  ]);
});

it("leaves code alone", () => {
  expect(linksOf("`[a](b)`\n```md\n[c](d)\n```\n[e](f)\n")).toEqual([{ href: "f", line: 5 }]);
});
