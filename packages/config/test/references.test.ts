import { mkdir } from "node:fs/promises";
import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import {
  alias,
  type ConfigOutcome,
  expects,
  formatProblems,
  loadConfig,
  parseConfig,
  summarizeProblem,
} from "../src/index.ts";
import { complaint } from "./server-schema.ts";

const schema = z.strictObject({
  text: z.string().optional(),
  port: z.int().max(65535).optional(),
  ratio: z.number().optional(),
  debug: z.boolean().optional(),
  mode: z.enum(["fast", "slow"]).optional(),
  pause: z.union([z.number(), z.literal("off")]).optional(),
  handler: z.union([z.boolean(), z.strictObject({ level: z.literal([1, 2]) })]).optional(),
  list: z.array(z.string().max(20)).optional(),
  timeout: alias(z.strictObject({ read_sec: z.number() }), { read: "read_sec" }).optional(),
});

const read = (text: string, file = "config.toml") =>
  parseConfig({ text, file, schema, references: true, maxBytes: 4096 });
const readAs = (outcome: ConfigOutcome<unknown>) =>
  outcome.type === "valid" ? { ...(outcome.value as object) } : outcome.problems.map(complaint);

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
  vi.stubEnv("WORD", "hello");
  vi.stubEnv("EMPTY", "");
  vi.stubEnv("PORT", "8080");
  vi.stubEnv("SECRET", "hunter2-hunter2");
  vi.stubEnv("UNSET", undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

describe("a reference", () => {
  it.each([
    ["${env:WORD}", "hello"],
    ["<${env:WORD}, ${env:WORD}>", "<hello, hello>"],
    ["${env:UNSET:-as it was}", "as it was"],
    ["${env:EMPTY:-full}", "full"],
    ["${env:WORD:-not this}", "hello"],
    ["${env:EMPTY}", ""],
    ["${env:UNSET:-}", ""],
    ["$${env:WORD}", "${env:WORD}"],
    ["$${}$${env:WORD} ${env:WORD}", "${}${env:WORD} hello"],
    ["$1 {env:WORD} $", "$1 {env:WORD} $"],
    ["${env:PORT}", "8080"],
  ])("in %j stands for its value, in every format", (text, value) => {
    expect(readAs(read(`text = '${text}'`))).toEqual({ text: value });
    expect(readAs(read(JSON.stringify({ text }), "config.json"))).toEqual({ text: value });
    expect(readAs(read(`text: '${text}'`, "config.yaml"))).toEqual({ text: value });
  });

  it("is text where nobody asked for references, as are keys", () => {
    const text = "text = '${env:WORD} $${x}'";
    expect(readAs(parseConfig({ text, schema }))).toEqual({ text: "${env:WORD} $${x}" });
    expect(readAs(read("'${env:WORD}' = 1"))).toEqual([
      expect.stringMatching(/^1:1 unknown-key unknown key "\$\{env:WORD\}"/),
    ]);
  });

  it("is read once where YAML merges it", () => {
    vi.stubEnv("WORD", "${env:PORT}");
    const text = "a: &t { x: '${env:WORD}' }\nb: { <<: *t }\nc: *t";
    const tables = z.record(z.string(), z.record(z.string(), z.string()));
    const outcome = parseConfig({ text, file: "config.yaml", schema: tables, references: true });
    const x = "${env:PORT}";
    expect(readAs(outcome)).toEqual({ a: { x }, b: { x }, c: { x } });
  });

  it("to a file stands for its text, without the line feed at its end, from the folder of the configuration", async () => {
    await folder.write("secrets/a", "one\ntwo\r\n");
    await folder.write("b", "three");
    const file = await folder.write(
      "config.toml",
      `text = '\${file:secrets/a}'\nlist = ['\${file:${folder.file("b")}}']`,
    );
    expect(readAs(await loadConfig({ file, schema, references: true }))).toEqual({
      text: "one\ntwo",
      list: ["three"],
    });
  });
});

describe("a value that is one whole reference", () => {
  it.each([
    ["port", "8080", 8080],
    ["ratio", "-2.5", -2.5],
    ["debug", "true", true],
    ["debug", "false", false],
    ["pause", "3", 3],
    ["pause", "off", "off"],
    ["handler", "true", true],
    ["text", "8080", "8080"],
  ])("is for %s, from %j, what the schema takes", (key, text, value) => {
    vi.stubEnv("VALUE", text);
    expect(readAs(read(`${key} = '\${env:VALUE}'`))).toEqual({ [key]: value });
    expect(readAs(read(`${key} = '\${env:UNSET:-${text}}'`))).toEqual({ [key]: value });
  });

  it("may be within unions, lists and keys with another name, several at once", () => {
    vi.stubEnv("TWO", "2");
    expect(
      readAs(
        read(
          "handler = { level = '${env:TWO}' }\ntimeout = { read = '${env:TWO}' }\nport = '${env:PORT}'\nlist = ['${env:TWO}']",
        ),
      ),
    ).toEqual({ handler: { level: 2 }, timeout: { read_sec: 2 }, port: 8080, list: ["2"] });
  });

  it.each(["080", "1e3", " 1", "yes", "", "0x10", "Infinity", "."])("is no number when it is %j", (text) => {
    vi.stubEnv("VALUE", text);
    expect(readAs(read("port = '${env:VALUE}'"))).toEqual([
      '1:8 wrong-type expected a number, found "${env:VALUE}"',
    ]);
  });

  it("is text when there is more to it, or no reference", () => {
    expect(readAs(read("port = '1${env:PORT}'"))).toEqual([
      '1:8 wrong-type expected a number, found "1${env:PORT}"',
    ]);
    expect(readAs(read("port = '8080'"))).toEqual(['1:8 wrong-type expected a number, found "8080"']);
  });
});

describe("a reference that stands for nothing", () => {
  it("is a problem at its place, together with all others", async () => {
    await folder.write("large", "x".repeat(65_537));
    await folder.write("binary", Uint8Array.of(0xff));
    await mkdir(folder.file("dir"));
    const text = `text = 'a\${env:UNSET}b\${file:none}'
port = "\${env:UNSET}"
mode = '\${file:large}'
list = ['\${file:dir}', '\${file:binary}', '\${file:/dev/null}']
debgu = true
`;
    const { path } = folder;
    expect(readAs(read(text, folder.file("config.toml")))).toEqual([
      "1:10 unresolved-reference ${env:UNSET}: the environment variable UNSET is not set",
      `1:23 unresolved-reference \${file:none}: cannot read the file "${path}/none": it does not exist`,
      "2:9 unresolved-reference ${env:UNSET}: the environment variable UNSET is not set",
      `3:9 unresolved-reference \${file:large}: cannot read the file "${path}/large": it is larger than 65536 bytes`,
      `4:10 unresolved-reference \${file:dir}: cannot read the file "${path}/dir": it is a directory`,
      `4:25 unresolved-reference \${file:binary}: cannot read the file "${path}/binary": it is not UTF-8 text`,
      `4:43 unresolved-reference \${file:/dev/null}: cannot read the file "/dev/null": it is no regular file`,
      '5:1 unknown-key unknown key "debgu", did you mean "debug"?',
    ]);
  });

  it.each(["${evn:WORD}", "${WORD}", "${env:}", "${env:A-B}", "${file:}", "${", "${env:WORD"])(
    "%j is none, and the problem says what would be",
    (text) => {
      expect(readAs(read(`text = 'x ${text}'`))).toEqual([
        `1:11 wrong-value expected \${env:NAME}, \${env:NAME:-default} or \${file:PATH}, found ${JSON.stringify(text)} (for the text \${ write $\${)`,
      ]);
    },
  );

  it("names the value where the string is not written as it is read", () => {
    expect(readAs(read('{ "text": "\\u0024{env:UNSET}" }'))).toEqual([
      "1:11 unresolved-reference ${env:UNSET}: the environment variable UNSET is not set",
    ]);
  });

  it("does not stand for more text than a configuration may have", async () => {
    await folder.write("big", "x".repeat(3000));
    expect(
      readAs(read("list = ['${file:big}', '${file:big}', '${file:big}']", folder.file("a.toml"))),
    ).toContain("1:25 limit expected at most 4096 bytes in strings with references, found more");
  });
});

describe("what came from a reference", () => {
  const secret = "hunter2-hunter2";
  const check = z.strictObject({
    mode: z.enum(["hunter2-hunter3", "slow"]).optional(),
    short: z.string().max(3).optional(),
    own: z
      .string()
      .refine(() => false, { error: ({ input }) => `do not use ${String(input)} here` })
      .optional(),
    phrase: z
      .string()
      .refine(() => false, expects("another one"))
      .optional(),
    tables: z
      .strictObject({ a: z.string() })
      .superRefine(({ a }, context) =>
        context.addIssue({ code: "custom", message: `nobody likes ${JSON.stringify(a)}` }),
      )
      .optional(),
  });

  it.each([
    ['mode = "${env:SECRET}"', /expected "hunter2-hunter3" or "slow", found "\$\{env:SECRET\}"$/],
    ['short = "${env:SECRET}"', /expected at most 3 characters, found "\$\{env:SECRET\}"$/],
    ['short = "<${env:SECRET}>"', /found "<\$\{env:SECRET\}>"$/],
    ['own = "${env:SECRET}"', /do not use \$\{env:SECRET\} here$/],
    ['own = "<${env:SECRET}>"', /do not use <\$\{env:SECRET\}> here$/],
    ['phrase = "${env:SECRET}"', /expected another one, found "\$\{env:SECRET\}"$/],
    ['tables = { a = "${env:SECRET}" }', /nobody likes "\$\{env:SECRET\}"$/],
  ])("is shown as it is written by the problem of %s", (text, message) => {
    const outcome = parseConfig({ text, schema: check, references: true });
    if (outcome.type !== "invalid") expect.unreachable();
    const [first] = outcome.problems;
    expect(first && summarizeProblem(first)).toMatch(message);
    expect(JSON.stringify(outcome.problems) + formatProblems(outcome.problems)).not.toContain(secret);
    expect(first).not.toHaveProperty("suggestion");
  });

  it("is also hidden when it is quoted, or part of a path", () => {
    vi.stubEnv("SECRET", 'line "one"\nline//two');
    const outcome = read("text = '${env:SECRET}'");
    if (outcome.type !== "valid") expect.unreachable();
    expect(outcome.conceal(JSON.stringify({ a: process.env["SECRET"] }))).toBe('{"a":"${env:SECRET}"}');
    expect(outcome.conceal('"/srv/line "one"\nline/two"')).toBe('"/srv/${env:SECRET}"');
    expect(outcome.problemAt(["text"], `x ${process.env["SECRET"]}`).message).toBe("x ${env:SECRET}");
  });

  it("is hidden once, however values contain each other", () => {
    vi.stubEnv("WORD", "SECRET");
    const outcome = read("text = '${env:SECRET}'\nlist = ['${env:WORD}', 'x${env:WORD}x']");
    if (outcome.type !== "valid") expect.unreachable();
    expect(outcome.conceal(`${secret} SECRET xSECRETx`)).toBe("${env:SECRET} ${env:WORD} x${env:WORD}x");
  });

  it("is not taken for a part of what was expected, nor of the reference that is shown for it", () => {
    expect(readAs(read('mode = "${env:MODE:-slo}"'))).toEqual([
      expect.stringContaining('expected "fast" or "slow", found "${env:MODE:-slo}"'),
    ]);
    vi.stubEnv("MODE", "slow-");
    expect(readAs(read('mode = "${env:MODE:-slow}"'))).toEqual([
      expect.stringContaining('expected "fast" or "slow", found "${env:MODE:-slow}"'),
    ]);
    vi.stubEnv("MODE", "fas");
    expect(readAs(read('mode = "${env:MODE:-fast}" # x'))).toEqual([
      expect.stringContaining('expected "fast" or "slow", found "${env:MODE:-fast}"'),
    ]);
    vi.stubEnv("MODE", "MODE");
    expect(readAs(read('mode = "${env:MODE}"'))).toEqual([
      expect.stringContaining('expected "fast" or "slow", found "${env:MODE}"'),
    ]);
  });

  it("is left alone where it is too short to be a secret, unless it is the whole text; a default always", () => {
    vi.stubEnv("ONE", "1");
    const outcome = read("text = '${env:ONE}'\nlist = ['a ${env:UNSET:-default}']");
    if (outcome.type !== "valid") expect.unreachable();
    expect(outcome.conceal("at least 1 default")).toBe("at least 1 default");
    expect(outcome.conceal("1")).toBe("${env:ONE}");
  });
});
