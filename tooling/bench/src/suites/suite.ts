import type { BenchCase } from "../bench-case.ts";
import type { Contestant } from "../contestants/contestant.ts";
import type { Origin } from "../contestants/monolake.ts";
import type { Versioned } from "../environment.ts";
import type { LoadMeasurement, LoadOptions } from "../load-program.ts";

/** Which of a suite's cases are wanted. Left out: those of a whole run. */
export interface CaseChoice {
  readonly bodies?: readonly number[];
  readonly connections?: readonly number[];
  readonly depths?: readonly number[];
}

/** How a report speaks about what was measured. */
export interface SuiteTexts {
  /** Of the page. */
  readonly heading: string;
  /** `HTTP/1.1 proxies`, in the chart. */
  readonly proxies: string;
  /** What is counted, one of them: `request`. */
  readonly request: string;
  /** Of the yardstick, in a sentence. */
  readonly yardstick: string;
  /** When a round counts, behind "A round counts only when". */
  readonly counts: string;
  /** Paragraphs on what is sent and how it is checked, for the page. */
  readonly load: string;
}

/** What is measured together and reported on one page. */
export interface Suite {
  /** What `--protocol` takes. */
  readonly id: string;
  /** Of the report in docs/benchmarks, without an extension. */
  readonly fileName: string;
  /** Why it cannot be measured on this machine; left out, it always can. */
  readonly missing?: () => string | undefined;
  /** Left out: the load program is clients and upstream. */
  readonly runLoad?: (loadProgram: string, options: LoadOptions) => Promise<LoadMeasurement>;
  /** The id of the contestant that the others are compared with. */
  readonly yardstick: string;
  readonly contestants: (monolakeFrom: Origin) => readonly Contestant[];
  readonly cases: (choice: CaseChoice) => readonly BenchCase[];
  readonly versioned: Versioned;
  readonly texts: SuiteTexts;
}
