import { describe, expect, it } from "vitest";
import { toMarkdown } from "../src/report/markdown.ts";
import { markdownTable, marksText, terminalTable, toTable } from "../src/report/table.ts";
import { toRows } from "../src/row.ts";
import { http } from "../src/suites/http.ts";
import { thrift } from "../src/suites/thrift.ts";
import { entry, exampleReport, sample } from "./fixtures/entries.ts";

const rows = exampleReport().cases[0]!.rows;

describe("the table", () => {
  it("shows the figures in the units of its head", () => {
    const table = toTable(rows);
    expect(table.head).toEqual([
      "proxy",
      "ratio",
      "requests/s",
      "p50 ms",
      "p99 ms",
      "µs CPU/request",
      "RSS MiB",
      "rounds",
    ]);
    expect(table.lines[0]).toEqual(["Monolake", "1.23", "55,000", "1.00", "2.00", "20.0", "64", "2/2"]);
  });

  it("shows no figure of a row that was not loaded, and says so", () => {
    expect(toTable(rows).lines[3]).toEqual(["starved", "–", "–", "–", "–", "–", "–", "0/1, not loaded"]);
  });

  it("marks ratios of processor time, and speeds that the load bounded", () => {
    const loaded = sample({ loadSleeps: true });
    const waiting = { ...loaded, proxyShare: 0.75, processorUs: 10 };
    const marked = toRows([entry("monolake", [[loaded]]), entry("nginx", [[waiting]])], "nginx");
    expect(toTable(marked).lines.map((line) => line.slice(1, 3))).toEqual([
      ["* 0.50", "10,000"],
      ["* 1.00", "≥ 10,000"],
    ]);
    expect(marksText(marked)).toMatch(/^\* of processor time per request: /);
    expect(marksText(rows)).toBe("");
  });

  it("aligns its columns on a terminal", () => {
    const lines = terminalTable(toTable(rows)).split("\n");
    const ends = lines.map((line) => line.length);
    expect(new Set(ends).size).toBe(1);
  });

  it("is Markdown, with bars in cells escaped", () => {
    const text = markdownTable({ head: ["a", "b"], lines: [["x|y", "1"]] });
    expect(text).toBe("| a    |   b |\n| ---- | --: |\n| x\\|y |   1 |");
  });
});

describe("the page", () => {
  it("has a section for each case, the environment and what was left out", () => {
    const page = toMarkdown(exampleReport(), http);
    expect(page).toContain("## 1 KiB bodies, 64 connections\n\n| proxy ");
    expect(page).toContain("## 64 KiB bodies, 1,024 connections\n\n| proxy ");
    expect(page).toContain("A <Fast> CPU & more, Linux 6.1, Node.js 26.0.0");
    expect(page).toContain("Not measured: HAProxy, not installed");
    expect(page).not.toContain("undefined");
  });

  it("speaks of what its suite counts, and of whom it compares with", () => {
    const page = toMarkdown(exampleReport(), thrift);
    expect(page).toContain("# Thrift, one core\n\n![calls per second in relation to HAProxy");
    expect(page).toContain("| calls/s |");
    expect(page).not.toMatch(/nginx,|requests\/s/);
  });
});
