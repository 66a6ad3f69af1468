import { freePort, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { configText, monolake, startFollowing } from "./cli.ts";

const withModule = (file: string, port = 8080) =>
  configText({ listen: port, upstream: "http://127.0.0.1:9" }).replace(
    /upstreams = .*/,
    `module = "${file}"`,
  );

const wrong = "export default () => {\n  return 1;\n}}\n";

it.each([
  ["it", "pages.mjs", wrong, "pages.mjs:3:2", "Unexpected token '}'", "}}\n ^"],
  ["TypeScript", "pages.ts", "const a: = 1;\n", "pages.ts:1:10", "Unexpected token `=`", "         ^"],
  ["CommonJS", "pages.cjs", "const a = ;\n", "pages.cjs:1:11", "Unexpected token ';'", "          ^"],
  [
    "what it imports",
    "pages.mjs",
    'import "./part.mjs";\n',
    "part.mjs:3:2",
    "Unexpected token '}'",
    "}}\n ^",
  ],
  ["its end", "pages.mjs", "export default () => {\n", "pages.mjs:2", "Unexpected end of input", ""],
])("a syntax error of a module is told with its place, where %s is wrong", async (...row) => {
  const [, name, text, place, message, excerpt] = row;
  await using folder = await temporaryFolder();
  await folder.write("part.mjs", wrong);
  const module = await folder.write(name, text);
  const file = await folder.write("x.toml", withModule(module));
  await using started = await monolake(["--config", file]);
  await using checked = await monolake(["check", file]);
  expect([(await started.exited).code, (await checked.exited).code]).toEqual([1, 1]);
  const told = `${folder.file(place)}: ${message}`;
  expect(started.stderr).toContain(`no fetch handler in ${module}: ${told}\n`);
  expect(started.stderr).toContain(excerpt);
  expect(started.stderr).not.toMatch(/node:internal|\n\s+at /);
  expect(checked.stdout).toContain(`error: ${told} (servers.web.routes[0].module)\n`);
});

it("check runs nothing of a module, and takes CommonJS and what it cannot judge", async () => {
  await using folder = await temporaryFolder();
  const texts = { "a.cjs": "if (true) return;\n", "b.ts": "enum A { B }\n", "c.mjs": "throw new Error();\n" };
  for (const [name, text] of Object.entries(texts)) {
    const file = await folder.write("x.toml", withModule(await folder.write(name, text)));
    await using command = await monolake(["check", file]);
    expect(await command.exited, name).toMatchObject({ code: 0 });
  }
});

it("a reload is refused with the place", async () => {
  await using folder = await temporaryFolder();
  const port = await freePort();
  const module = await folder.write("pages.mjs", wrong);
  const good = configText({ listen: port, upstream: "http://127.0.0.1:9" });
  await using proxy = await startFollowing(folder.file("x.toml"), good);
  const refused = await proxy.change(withModule(module, port), /configuration refused/);
  expect(refused["msg"]).toContain(`${module}:3:2: Unexpected token '}'`);
});
