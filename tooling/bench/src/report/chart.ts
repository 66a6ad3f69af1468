import { caseText } from "../bench-case.ts";
import { environmentText } from "../environment.ts";
import type { Row } from "../row.ts";
import type { SuiteTexts } from "../suites/suite.ts";
import { type CaseReport, type Report, shortOutcome } from "./report.ts";
import { ratioText, speedText } from "./table.ts";

const columns = 2;
const barWidth = 200;
/** Behind the longest bar. */
const valueWidth = 124;
/** Of a bold letter, as wide as the widest of the fonts has it. */
const letterWidth = 7.8;
const rowHeight = 25;
const barHeight = 17;
const panelHeadHeight = 40;
const margin = 24;
const labelGap = 8;
const chartHeadHeight = 74;
const colours = { ours: "#1d6fd8", native: "#7b8794", npm: "#c4a35a" } as const;
const ink = "#1f2933";
const faintInk = "#5b6773";
const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly weight?: number;
  readonly anchor?: "start" | "middle" | "end";
}

function textElement(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 13, fill = ink, weight = 400, anchor = "start" } = style;
  const attributes = `x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"`;
  // The white edge keeps the letters apart from the line behind them.
  const edge = 'stroke="#ffffff" stroke-width="3" paint-order="stroke"';
  return `<text ${attributes} ${edge}>${escapeXml(content)}</text>`;
}

/** What all panels have in common, so that bars can be compared between them. */
interface Scale {
  /** The ratio that a whole bar stands for. */
  readonly end: number;
  /** Where the bars begin. */
  readonly start: number;
}

/** The ratio that a whole bar stands for. */
function scaleEnd(cases: readonly CaseReport[]): number {
  const ratios = cases.flatMap(({ rows }) => rows.map((row) => ratioOf(row) ?? 0));
  return Math.max(1, ...ratios);
}

const ratioOf = ({ outcome }: Row): number | undefined =>
  outcome.type === "measured" ? outcome.figures.ratio : undefined;

/** Room for the longest name of a proxy in front of the bars, and the gap behind it. */
function labelWidthFor(cases: readonly CaseReport[]): number {
  const lengths = cases.flatMap(({ rows }) => rows.map(({ title }) => title.length));
  return Math.ceil(Math.max(1, ...lengths) * letterWidth) + labelGap;
}

/** What stands behind a bar. */
function valueText(row: Row): string {
  if (row.outcome.type !== "measured") return shortOutcome(row);
  const { figures } = row.outcome;
  const ratio = ratioText(figures);
  const speed = `${speedText(figures)}/s`;
  return ratio === undefined ? speed : `${ratio}  (${speed})`;
}

function rowElements(row: Row, y: number, { end, start }: Scale): readonly string[] {
  const width = Math.round(((ratioOf(row) ?? 0) / end) * barWidth * 10) / 10;
  const middle = y + barHeight / 2 + 4.5;
  const isOurs = row.kind === "ours";
  const weight = isOurs ? 700 : 400;
  return [
    textElement(start - labelGap, middle, row.title, { anchor: "end", weight }),
    `<rect x="${start}" y="${y}" width="${width}" height="${barHeight}" rx="2" fill="${colours[row.kind]}"/>`,
    textElement(start + width + 6, middle, valueText(row), {
      size: 12,
      fill: isOurs ? ink : faintInk,
      weight,
    }),
  ];
}

const panelHeight = (rows: number): number => panelHeadHeight + rows * rowHeight + 12;

function panel(benchCase: CaseReport, scale: Scale): string {
  const bottom = panelHeadHeight + benchCase.rows.length * rowHeight - (rowHeight - barHeight);
  const one = Math.round((scale.start + barWidth / scale.end) * 10) / 10;
  return [
    textElement(scale.start, 20, caseText(benchCase), { size: 15, weight: 700 }),
    // Where the yardstick stands, behind all bars.
    `<line x1="${one}" y1="${panelHeadHeight - 6}" x2="${one}" y2="${bottom + 6}" stroke="${ink}" stroke-opacity="0.45" stroke-dasharray="3 3"/>`,
    ...benchCase.rows.flatMap((row, index) => rowElements(row, panelHeadHeight + index * rowHeight, scale)),
  ].join("\n    ");
}

/** The chart of a suite in docs/benchmarks: a panel for each case, a bar for each proxy. */
export function toSvg(report: Report, { proxies, request, yardstick }: SuiteTexts): string {
  const scale = { end: scaleEnd(report.cases), start: labelWidthFor(report.cases) };
  const panelWidth = scale.start + barWidth + valueWidth;
  const lines = Math.max(1, Math.ceil(report.cases.length / columns));
  const lineHeight = panelHeight(Math.max(1, ...report.cases.map(({ rows }) => rows.length)));
  const width = margin * 2 + columns * panelWidth;
  const height = chartHeadHeight + lines * lineHeight + margin + 16;
  const panels = report.cases.map((benchCase, index) => {
    const x = margin + (index % columns) * panelWidth;
    const y = chartHeadHeight + Math.floor(index / columns) * lineHeight;
    return `  <g transform="translate(${x} ${y})">\n    ${panel(benchCase, scale)}\n  </g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family="${family}">
  <title id="title">${proxies} on one core: ${request}s per second in relation to ${yardstick}</title>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  ${textElement(margin, 34, `${proxies} on one core: ${request}s per second, ${yardstick} = 1`, { size: 18, weight: 700 })}
  ${textElement(margin, 56, "Median of rounds in which all proxies took turns; the dashed line is 1. More is better.", { fill: faintInk })}
${panels.join("\n")}
  ${textElement(margin, height - 14, environmentText(report.environment), { size: 11, fill: faintInk })}
</svg>
`;
}
