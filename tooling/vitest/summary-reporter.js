/** Lists what was skipped and why, and ends the run with the line `N passed, N failed`. */
export default class SummaryReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped = [];
    for (const testModule of testModules) {
      failed += testModule.errors().length;
      for (const test of testModule.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "failed") failed += 1;
        else skipped.push(`  skipped: ${test.fullName} (${result.note ?? "no reason given"})`);
      }
    }
    if (skipped.length > 0) console.log(`\n${skipped.join("\n")}`);
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
    process.on("exit", () => console.log(`\n${passed} passed, ${failed} failed${tail}`));
  }
}
