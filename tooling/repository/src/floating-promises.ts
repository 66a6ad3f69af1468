import { join } from "node:path";
import ts from "typescript";
import { type Findings, runAsCommand } from "./report.ts";
import { filesBelow, repositoryFolder, shownPath, workspacePackages } from "./workspace.ts";

/** Whether a value of this type may be a promise. `any` is not: the linter forbids it elsewhere. */
function mayBePromise(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some((member) => mayBePromise(checker, member));
  const then = type.getProperty("then");
  return then !== undefined && checker.getTypeOfSymbol(then).getCallSignatures().length > 0;
}

/** The promise of the expression that nobody waits for, if there is one. */
function floatingPart(checker: ts.TypeChecker, expression: ts.Expression): ts.Expression | undefined {
  if (ts.isParenthesizedExpression(expression)) return floatingPart(checker, expression.expression);
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return undefined;
  if (ts.isConditionalExpression(expression)) {
    return floatingPart(checker, expression.whenTrue) ?? floatingPart(checker, expression.whenFalse);
  }
  if (ts.isBinaryExpression(expression)) {
    const { kind } = expression.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns ? undefined : floatingPart(checker, expression.right);
  }
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
    const { name, expression: receiver } = expression.expression;
    const isHandled =
      (name.text === "catch" && expression.arguments.length > 0) ||
      (name.text === "then" && expression.arguments.length > 1);
    if (isHandled) return undefined;
    const isFinally = name.text === "finally" && mayBePromise(checker, checker.getTypeAtLocation(receiver));
    if (isFinally) return floatingPart(checker, receiver);
  }
  return mayBePromise(checker, checker.getTypeAtLocation(expression)) ? expression : undefined;
}

/** Where a program lets go of promises, as `file:line: what`. */
export function floatingPromises(
  program: ts.Program,
  isOurs: (file: string) => boolean,
  root: string,
): string[] {
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || !isOurs(file.fileName)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isExpressionStatement(node)) {
        const floating = floatingPart(checker, node.expression);
        if (floating !== undefined) {
          const line = file.getLineAndCharacterOfPosition(floating.getStart(file)).line + 1;
          const text = floating.getText(file).replace(/\s+/g, " ").slice(0, 60);
          found.push(`${shownPath(file.fileName, root)}:${line}: nobody waits for the promise of ${text}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** The options that every package is compiled with. */
export function compilerOptions(root: string = repositoryFolder): ts.CompilerOptions {
  const path = join(root, "tooling/tsconfig/base.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root).options;
}

/** Fails for every promise that is neither awaited, returned, kept, handled nor marked with `void`. */
export function checkPromises(): Findings {
  const files = workspacePackages()
    .flatMap(({ folder }) => ["src", "test"].flatMap((name) => filesBelow(join(folder, name))))
    .filter((file) => file.endsWith(".ts"));
  const ours = new Set(files);
  const program = ts.createProgram(files, compilerOptions());
  const problems = floatingPromises(program, (file) => ours.has(file), repositoryFolder);
  return { problems, summary: `no promise floats in ${files.length} files` };
}

if (import.meta.main) await runAsCommand(checkPromises);
