import { describe, expect, it } from "vitest";
import { toSvg } from "../src/report/chart.ts";
import { http } from "../src/suites/http.ts";
import { exampleReport } from "./fixtures/entries.ts";
import { allElements, parseXml } from "./fixtures/xml.ts";

const elements = () => allElements(parseXml(toSvg(exampleReport(), http.texts)));
const panels = () => elements().filter(({ name }) => name === "g");

describe("the chart", () => {
  it("is well-formed XML, whatever names and processors are called", () => {
    const texts = elements().map(({ text }) => text);
    expect(parseXml(toSvg(exampleReport(), http.texts)).name).toBe("svg");
    expect(texts).toContain("http-proxy &lt;&quot;&amp;");
    expect(texts.some((text) => text.startsWith("A &lt;Fast&gt; CPU &amp; more"))).toBe(true);
  });

  it("has a panel for each case and a bar for each proxy", () => {
    expect(panels()).toHaveLength(2);
    for (const panel of panels())
      expect(panel.children.filter(({ name }) => name === "rect")).toHaveLength(4);
  });

  it("draws bars in proportion to the ratio, and the line of nginx at the end of its bar", () => {
    const [panel] = panels();
    const [ours, nginx] = panel!.children
      .filter(({ name }) => name === "rect")
      .map(({ attributes }) => ({ x: Number(attributes["x"]), width: Number(attributes["width"]) }));
    expect(ours!.width / nginx!.width).toBeCloseTo(1.225, 2);
    const line = panel!.children.find(({ name }) => name === "line");
    expect(Number(line?.attributes["x1"])).toBeCloseTo(nginx!.x + nginx!.width, 0);
  });

  it("has room for the longest name", () => {
    const report = exampleReport();
    const title = "x".repeat(40);
    const cases = report.cases.map((one) => ({ ...one, rows: one.rows.map((row) => ({ ...row, title })) }));
    const svg = allElements(parseXml(toSvg({ ...report, cases }, http.texts)));
    // Names end where the bars begin; bold letters of this size are up to 7.5 wide on average.
    const ends = svg.filter(({ text }) => text === title).map(({ attributes }) => Number(attributes["x"]));
    expect(Math.min(...ends)).toBeGreaterThan(title.length * 7.5);
  });

  it("draws no bar for a proxy that was not loaded, and says so", () => {
    const [panel] = panels();
    expect(panel!.children.filter(({ name }) => name === "rect")[3]?.attributes["width"]).toBe("0");
    expect(panel!.children.map(({ text }) => text)).toContain("not loaded");
  });

  it("needs nothing from elsewhere", () => {
    expect(toSvg(exampleReport(), http.texts)).not.toMatch(/href|@import|url\(/);
  });
});
