import ts from "typescript";

/** One error class, as its source spells it. */
export interface ErrorDefinitionSource {
  readonly code: string;
  readonly className: string;
  readonly source: string;
  readonly retryable: string;
  /** The message with its fields in braces: `connecting to {address} failed`. */
  readonly message: string;
  /** The doc comment of the class, as one line. */
  readonly meaning: string;
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Neighbours that are both computed say no more than one. */
const messageLine = (text: string): string => oneLine(text).replace(/(\{…\})+/g, "{…}");

/** `${f.address}` becomes `{address}`; whatever else is computed becomes `{…}`. */
function templateText(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return templateText(node.expression);
  if (ts.isBinaryExpression(node)) return templateText(node.left) + templateText(node.right);
  if (!ts.isTemplateExpression(node))
    return ts.isPropertyAccessExpression(node) ? `{${node.name.text}}` : "{…}";
  return node.templateSpans.reduce(
    (text, span) => text + templateText(span.expression) + span.literal.text,
    node.head.text,
  );
}

function messageText(node: ts.Expression | undefined): string {
  if (node === undefined || !ts.isArrowFunction(node)) return "{…}";
  if (!ts.isBlock(node.body)) return templateText(node.body);
  const returned = node.body.statements.findLast(ts.isReturnStatement)?.expression;
  return returned === undefined ? "{…}" : templateText(returned);
}

/** The text of a doc comment without its signs; only the first paragraph. */
function docOf(node: ts.Node): string {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = doc === undefined ? "" : (ts.getTextOfJSDocComment(doc.comment) ?? "");
  return oneLine((text.split(/\n\s*\n/)[0] ?? "").replace(/\{@link ([^}]+)\}/g, "`$1`"));
}

function definitionOf(call: ts.CallExpression, file: ts.SourceFile): ErrorDefinitionSource | undefined {
  const [definition] = call.arguments;
  if (!ts.isIdentifier(call.expression) || call.expression.text !== "defineError") return undefined;
  if (definition === undefined || !ts.isObjectLiteralExpression(definition)) return undefined;
  const property = (name: string): ts.Expression | undefined =>
    definition.properties.filter(ts.isPropertyAssignment).find(({ name: key }) => key.getText(file) === name)
      ?.initializer;
  const text = (name: string) => (property(name)?.getText(file) ?? "").replace(/^"|"$/g, "");
  const owner = ts.findAncestor(call, (node) => ts.isClassDeclaration(node) || ts.isVariableStatement(node));
  return {
    code: text("code"),
    className: owner !== undefined && ts.isClassDeclaration(owner) ? (owner.name?.text ?? "") : "",
    source: text("source"),
    retryable: text("retryable"),
    message: messageLine(messageText(property("message"))),
    meaning: owner === undefined ? "" : docOf(owner),
  };
}

/** The initial value of a property that a class, or its base class in the same file, declares. */
function propertyText(owner: ts.ClassDeclaration, name: string, file: ts.SourceFile): string | undefined {
  const own = owner.members
    .filter(ts.isPropertyDeclaration)
    .find((member) => member.name.getText(file) === name && member.initializer !== undefined);
  if (own?.initializer !== undefined) return own.initializer.getText(file).replace(/^"|"$/g, "");
  const base = owner.heritageClauses?.[0]?.types[0]?.expression.getText(file);
  const baseClass = file.statements
    .filter(ts.isClassDeclaration)
    .find(({ name: known }) => known?.text === base);
  return baseClass === undefined ? undefined : propertyText(baseClass, name, file);
}

/** An error class that carries its code by hand, as a package without dependencies must. */
function classDefinitionOf(
  owner: ts.ClassDeclaration,
  file: ts.SourceFile,
): ErrorDefinitionSource | undefined {
  const code = propertyText(owner, "code", file);
  if (code === undefined || !/^ERR_\w+$/.test(code)) return undefined;
  const construct = owner.members.find(ts.isConstructorDeclaration)?.body?.statements;
  const message = construct
    ?.filter(ts.isExpressionStatement)
    .map(({ expression }) => expression)
    .filter(ts.isCallExpression)
    .find(({ expression }) => expression.kind === ts.SyntaxKind.SuperKeyword)?.arguments[0];
  return {
    code,
    className: owner.name?.text ?? "",
    source: propertyText(owner, "source", file) ?? "",
    retryable: propertyText(owner, "retryable", file) ?? "",
    message: message === undefined ? "{…}" : messageLine(templateText(message)),
    meaning: docOf(owner),
  };
}

/** Every error that a source file defines, in order. */
export function errorDefinitionsOf(source: string, fileName = "errors.ts"): readonly ErrorDefinitionSource[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const found: ErrorDefinitionSource[] = [];
  const visit = (node: ts.Node): void => {
    let definition: ErrorDefinitionSource | undefined;
    if (ts.isCallExpression(node)) definition = definitionOf(node, file);
    else if (ts.isClassDeclaration(node)) definition = classDefinitionOf(node, file);
    if (definition !== undefined) found.push(definition);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
