/** One thing that `pnpm check` makes sure of. */
export interface Check {
  readonly name: string;
  /** Program and arguments, run in the root of the repository with node_modules/.bin on PATH. */
  readonly command: readonly [string, ...string[]];
  /** What to do when it fails. */
  readonly fix: string;
  /** The last line of its output says what was looked at. */
  readonly showsLastLine?: boolean;
  /** Lines that start with "warning: " are shown although it passed. */
  readonly showsWarnings?: boolean;
}

const own = (file: string, ...rest: string[]): readonly [string, ...string[]] => [
  "node",
  "--conditions=@monolake/source",
  `tooling/repository/src/${file}`,
  ...rest,
];

const quick: readonly Check[] = [
  {
    name: "format",
    command: ["biome", "ci", "--error-on-warnings", "--colors=off", "--max-diagnostics=50"],
    fix: "pnpm fix, then the rest by hand (circular imports are found here too)",
  },
  {
    name: "shape",
    command: own("shape.ts"),
    fix: "lay the package out like the others, as the messages say",
    showsLastLine: true,
    showsWarnings: true,
  },
  {
    name: "changesets",
    command: own("changesets.ts"),
    fix: "correct the file in .changeset that is named, or write it anew: pnpm changeset",
    showsLastLine: true,
  },
  {
    name: "arrows",
    command: own("arrows.ts"),
    fix: "import only from layers below: tooling/repository/src/arrows.ts has the table",
    showsLastLine: true,
  },
  {
    name: "promises",
    command: own("floating-promises.ts"),
    fix: "await the promise, return it, or mark it with void when nobody needs its end",
    showsLastLine: true,
  },
  {
    name: "unused",
    command: ["knip", "--no-progress"],
    fix: "remove what nothing uses, or export it from the package's index.ts when it is public",
  },
  {
    name: "docs",
    command: own("errors-doc.ts", "--check"),
    fix: "pnpm docs:errors, and commit docs/errors.md",
    showsLastLine: true,
  },
  {
    name: "docs",
    command: own("config-doc.ts", "--check"),
    fix: "pnpm docs:config, and commit docs/reference/configuration.md and apps/monolake/config.schema.json",
    showsLastLine: true,
  },
  {
    name: "docs",
    command: own("parity.ts"),
    fix: "name a test that is there in docs/parity.md",
    showsLastLine: true,
  },
  {
    name: "links",
    command: own("links.ts"),
    fix: "correct the link, or the heading that it names",
    showsLastLine: true,
  },
];

const slow: readonly Check[] = [
  {
    name: "types",
    command: own("types.ts"),
    fix: "pnpm --filter NAME types, until it is silent",
    showsLastLine: true,
  },
  {
    name: "packages",
    command: [
      "turbo",
      "run",
      "build",
      "lint:package",
      "--output-logs=errors-only",
      "--concurrency=1",
      "--continue=always",
    ],
    fix: "pnpm --filter NAME build, then pnpm --filter NAME lint:package (publint and attw)",
  },
];

// By themselves: their timing should not depend on what else runs.
const alone: readonly Check[] = [
  {
    name: "tests",
    command: ["vitest", "run"],
    fix: "pnpm --filter NAME test, or one file: pnpm test PATH",
    showsLastLine: true,
  },
];

/** Everything that `pnpm check` runs; one phase after the other. */
export const phases: readonly (readonly Check[])[] = [quick, slow, alone];
