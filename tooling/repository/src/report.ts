/** What one check found: problems fail it, warnings do not. */
export interface Findings {
  readonly problems: readonly string[];
  readonly warnings?: readonly string[];
  /** One line about what was looked at, shown when nothing was found. */
  readonly summary: string;
}

/** Runs one check as a command of its own: prints what it found and sets the exit code. */
export async function runAsCommand(check: () => Findings | Promise<Findings>): Promise<void> {
  const { problems, warnings = [], summary } = await check();
  for (const warning of warnings) console.log(`warning: ${warning}`);
  for (const problem of problems) console.log(`problem: ${problem}`);
  console.log(problems.length === 0 ? summary : `${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}
