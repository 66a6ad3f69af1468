import { parseConfig } from "@monolake/config";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { expect, it } from "vitest";
import { z } from "zod";

const documents = [
  'title = "x"\n[owner]\nname = "a\\tb"\n"quoted key" = 1\n\'lit\' = 2',
  "a.b.c = 1\na.b.d = 2\na.e = 3",
  "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3",
  "[[p]]\nn = 1\n[p.sub]\nx = 1\n[[p]]\nn = 2\n[[p.list]]\nx = 2\n[[p.list]]\n[p.list.deep]\ny = 1",
  "[[a.b.c]]\nx = 1\n[[a.b.c]]\nx = 2\n[a.d]\n",
  'x = [1, [2, "3"], { a = 1, b.c = [true, { d = 2 }] }, []]\ny = {}',
  "i = 1_000\nh = 0xff\no = 0o17\nb = 0b11\nf = -1.5e3\nn = -0.0\nt = true",
  'm = """\n a\n  b\\\n   c"""\nl = \'\'\'a\'b\'\'\'\nu = "\\u00e9\\U0001F600"',
  "[x.y]\na.b = 1\na.c = 2\n[x.z]\n",
];

it.each(documents)("gives the values that the document has: %j", (text) => {
  const outcome = parseConfig({ text, schema: z.record(z.string(), z.unknown()) });
  if (outcome.type === "invalid") expect.unreachable();
  expect(outcome.value).toEqual(getStaticTOMLValue(parseTOML(text)));
});

it("gives dates as they are written", () => {
  const text = "a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00\n";
  const schema = z.strictObject({ a: z.iso.datetime(), b: z.iso.date(), c: z.iso.time() });
  expect(parseConfig({ text, schema })).toMatchObject({
    value: { a: "1979-05-27T07:32:00Z", b: "1979-05-27", c: "07:32:00" },
  });
});
