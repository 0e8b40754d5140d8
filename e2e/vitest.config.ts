import { defineConfig } from 'vitest/config';

/** Scenarios start clusters, servers and databases: minutes, not seconds, on a slow machine. */
const scenarioTimeoutMs = 300_000;

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['{scenarios,conformance}/**/*.test.ts'],
    pool: 'forks',
    testTimeout: scenarioTimeoutMs,
    hookTimeout: scenarioTimeoutMs,
    teardownTimeout: 60_000,
    // As in the configuration of the unit tests.
    retry: process.env.CI ? 1 : 0,
    reporters: [
      'default',
      [
        'junit',
        { outputFile: '../.build/report.junit.xml', suiteName: `e2e ${process.env.E2E_SET ?? ''}`.trim() },
      ],
      ['json', { outputFile: '../.build/e2e.json' }],
    ],
  },
});
