import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['spec/**/*.spec.ts'],
    globalSetup: './spec/support/global-setup.ts',
    reporters: ['default', './spec/support/summary-reporter.ts'],
    pool: 'forks',
    // One more than there are cores, as a rule: many specs wait, for leases to end and windows to pass.
    maxWorkers: 3,
    // Loading the package anew for each file takes as long as a fifth of all specs.
    isolate: false,
    setupFiles: './spec/support/no-instance-left-open.ts',
    // A test that passes at the second attempt hides a race that a user would meet.
    retry: 0,
    testTimeout: 20_000,
    // Where the machine is busy, what is waited for takes its time.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['lib/**', 'schemas/**', 'providers/**', 'middleware/**', 'jobs/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
