import { cp } from "node:fs/promises";
import { library } from "@monolake/tsup";

const templateModule = new URL("./src/template-files.ts", import.meta.url).href;

/** Puts together what a new project consists of: a published package has no sample beside it. */
async function copyTemplate() {
  const { templateFiles } = await import(templateModule);
  for (const [name, file] of await templateFiles()) await cp(file, `dist/template/${name}`);
}

export default { ...library({ entry: ["src/main.ts"] }), onSuccess: copyTemplate };
