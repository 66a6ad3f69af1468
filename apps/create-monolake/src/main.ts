#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CreateFailure, createProject } from "./create-project.ts";

const help = `Makes a gateway project from Monolake's parts

Usage:
  npm create monolake FOLDER

The project has a layer of its own, a configuration that is followed while it serves, and a test.

Options:
  -h, --help      this text
  -V, --version   the version
`;

const nextSteps = (folder: string): string => `Made a gateway in ${folder}. Next:

  cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder}'`}
  npm install
  npm test
  npm run dev     serves, and loads src/check-key.ts anew when you change it (Node.js 22.18 or newer)

  npm run build && npm start     as it runs in production
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "V" } },
    allowPositionals: true,
  });
  const [folder, ...rest] = positionals;
  if (values.help === true) console.log(help);
  else if (values.version === true) console.log(`create-monolake ${packageVersion()}`);
  else if (folder === undefined || folder === "" || rest.length > 0)
    throw new CreateFailure("one folder is needed");
  else {
    await createProject(folder);
    console.log(nextSteps(folder));
  }
}

function packageVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CreateFailure) && !(error instanceof TypeError)) throw error;
  console.error(`create-monolake: ${error.message}\nTry: npm create monolake my-gateway`);
  process.exitCode = 1;
}
