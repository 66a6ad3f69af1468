import { relative } from "node:path";

/** The tests that did not run, with where they are and why. */
function skippedLine(test, testModule) {
  const reason = test.result().note ?? "no reason given";
  return `  ${relative(process.cwd(), testModule.moduleId)} > ${test.fullName}: ${reason}`;
}

/** A test that passed only when it was tried again, with where it is and what it failed with first. */
function retriedLine(test, testModule) {
  const [first] = test.result().errors ?? [];
  return `  ${relative(process.cwd(), testModule.moduleId)} > ${test.fullName}: ${first?.message ?? "no message"}`;
}

/** A failure outside of a test: a file that cannot be loaded, a hook that throws, an error that nobody caught. */
function failuresOutsideOfTests(testModules, unhandledErrors) {
  let failures = unhandledErrors.length;
  for (const testModule of testModules) {
    failures += testModule.errors().length;
    for (const suite of testModule.children.allSuites()) failures += suite.errors().length;
  }
  return failures;
}

/**
 * Lists what was skipped and why, and what passed only at its second try, and ends the run with the line `N passed, N failed`, alone and after everything else,
 * so that any program can read it. A run without a single result fails.
 */
export default class SummaryReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    let passed = 0;
    let failed = failuresOutsideOfTests(testModules, unhandledErrors);
    const skipped = [];
    const retried = [];
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else skipped.push(skippedLine(test, testModule));
        if (test.diagnostic()?.flaky) retried.push(retriedLine(test, testModule));
      }
    }
    process.once("exit", () => {
      if (skipped.length > 0) console.log(`${skipped.length} skipped:\n${skipped.join("\n")}`);
      if (retried.length > 0)
        console.log(`${retried.length} passed only at the second try:\n${retried.join("\n")}`);
      if (passed + failed === 0 || failed > 0) process.exitCode ||= 1;
      console.log(`\n${passed} passed, ${failed} failed`);
    });
  }
}
