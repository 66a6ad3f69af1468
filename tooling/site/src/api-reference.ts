import { rm } from "node:fs/promises";
import { join } from "node:path";
import { publishedPackages, repositoryFolder } from "@monolake/repository/workspace";
import { Application, type ProjectReflection, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

const output = join(repositoryFolder, "tooling/site/api");

/** Every entry point of every package: the name to import it by, and its source. */
const entries: ReadonlyMap<string, string> = new Map(
  publishedPackages()
    .filter(({ kind }) => kind === "package")
    .flatMap(({ name, folder, manifest }) =>
      Object.entries(manifest.exports ?? {}).flatMap(([entry, target]): [string, string][] =>
        typeof target === "string"
          ? []
          : [[`${name}${entry.slice(1)}`, join(folder, target["@monolake/source"] ?? "")]],
      ),
    ),
);

const options: Partial<TypeDocOptions & PluginOptions> = {
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: [...entries.values()],
  tsconfig: join(repositoryFolder, "tooling/site/api-reference.tsconfig.json"),
  name: "API",
  readme: "none",
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  skipErrorChecking: true,
  outputs: [{ name: "markdown", path: output }],
  outputFileStrategy: "modules",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeAliasPropertiesFormat: "table",
  useHTMLAnchors: true,
  useHTMLEncodedBrackets: true,
  logLevel: "Warn",
  validation: { notExported: false, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ["Class", "Function", "Interface", "TypeAlias", "Variable"],
};

/** Modules are called as users import them, not by the paths of their files. */
function nameModules(project: ProjectReflection): void {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName;
    const entry = [...entries].find(([, source]) => source === file);
    if (entry !== undefined) module.name = entry[0];
  }
  // Lines of files are of no use here: the site has no repository to link to.
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.isDeclaration() || reflection.isSignature()) delete reflection.sources;
  }
}

const application = await Application.bootstrapWithPlugins(options);
const project = await application.convert();
if (project === undefined) throw new Error("the sources do not compile");
nameModules(project);
application.validate(project);
await rm(output, { recursive: true, force: true });
await application.generateOutputs(project);
console.log(`${entries.size} entry points in ${output}`);
