import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Counts the run for `npm test`, which prints the closing line after all other output. What fails outside a test (a
 * file that does not load, a hook, an unhandled error) counts as one failure each.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.SPEC_SUMMARY_FILE;
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules, unhandledErrors.length)));
  }
}

function count(modules: readonly TestModule[], unhandled: number) {
  const counts = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
    const suites = [module, ...module.children.allSuites()];
    counts.failed += suites.filter((suite) => suite.errors().length > 0).length;
  }
  return counts;
}
