import { join } from "node:path";
import ts from "typescript";
import { repositoryFolder } from "../workspace.ts";
import type { Example } from "./markdown-examples.ts";

/** The folder whose dependencies an example may import: its package, or the proxy, which has all of them. */
export const folderOf = ({ page }: Pick<Example, "page">): string =>
  join(repositoryFolder, /^(packages|apps|tooling)\/[\w-]+/.exec(page)?.[0] ?? "apps/monolake");

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(repositoryFolder, "tooling/tsconfig/base.json"), ts.sys.readFile).config,
  ts.sys,
  repositoryFolder,
);

/** What an example need not care for: it may show a name without using it. */
const compilerOptions: ts.CompilerOptions = {
  ...options,
  moduleDetection: ts.ModuleDetectionKind.Force,
  noUnusedLocals: false,
  noUnusedParameters: false,
  noPropertyAccessFromIndexSignature: false,
};

/** Compiles examples together, each as a module of its own, and gives what is wrong with each of them. */
export function compileExamples(examples: readonly Example[]): ReadonlyMap<Example, readonly string[]> {
  const files = new Map(
    examples.map((example) => [
      join(folderOf(example), `.readme/${example.page.replaceAll(/\W/g, "-")}-${example.line}.ts`),
      example,
    ]),
  );
  const textOf = (file: string): string | undefined => {
    const example = files.get(file);
    return example === undefined ? undefined : example.beginning + example.text;
  };
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => textOf(file) ?? readFile(file);
  host.getSourceFile = (file, versionOrOptions, onError, force) => {
    const text = textOf(file);
    return text === undefined
      ? getSourceFile(file, versionOrOptions, onError, force)
      : ts.createSourceFile(file, text, versionOrOptions, true);
  };
  const program = ts.createProgram({ rootNames: [...files.keys()], options: compilerOptions, host });
  return new Map(
    [...files].map(([file, example]) => [example, problemsOf(program, program.getSourceFile(file), example)]),
  );
}

function problemsOf(
  program: ts.Program,
  source: ts.SourceFile | undefined,
  { line, beginning }: Example,
): readonly string[] {
  if (source === undefined) return ["was not compiled"];
  const hidden = beginning.split("\n").length - 1;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => {
      const at = source.getLineAndCharacterOfPosition(start).line - hidden;
      const place = at < 0 ? `hidden line ${at + hidden + 1}` : `line ${line + 1 + at}`;
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    },
  );
}
