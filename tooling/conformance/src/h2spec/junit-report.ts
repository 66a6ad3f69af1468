/** What one case of h2spec came to. */
export interface CaseResult {
  /** Section and number: `http2/5.1/8`. */
  readonly id: string;
  readonly name: string;
  readonly outcome: "passed" | "skipped" | "failed";
}

/** Reads what h2spec writes with `--junit-report`: its cases stand in their sections, in order. */
export function readReport(xml: string): CaseResult[] {
  const results: CaseResult[] = [];
  const counts = new Map<string, number>();
  for (const [, attributes = "", , inside = ""] of xml.matchAll(
    /<testcase ([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const section = attributeOf(attributes, "package");
    const number = (counts.get(section) ?? 0) + 1;
    counts.set(section, number);
    const failed = /<(failure|error)[\s>]/.test(inside);
    const outcome = failed ? "failed" : /<skipped[\s/>]/.test(inside) ? "skipped" : "passed";
    results.push({ id: `${section}/${number}`, name: attributeOf(attributes, "classname"), outcome });
  }
  return results;
}

const attributeOf = (attributes: string, name: string): string =>
  (new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? "")
    .replaceAll("&quot;", '"')
    .replaceAll("&#34;", '"');
