// Writes the pictures of docs/guide/openid.md: pnpm docs:pictures

import { fileURLToPath } from "node:url";
import { findBrowser, runBrowserFlow } from "./fixtures/browser-flow.ts";

const program = findBrowser();
if (program === undefined) {
  console.error("screenshots: needs chromium");
  process.exitCode = 1;
} else {
  const folder = fileURLToPath(new URL("../../../docs/guide/images", import.meta.url));
  const { pages } = await runBrowserFlow(program, folder);
  for (const { step, url } of pages) console.log(`openid-${step}.png ${url.split("?", 1)[0]}`);
}
