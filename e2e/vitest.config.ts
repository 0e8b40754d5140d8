import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';

/** Scenarios start clusters, servers and databases: minutes, not seconds, on a slow machine. */
const scenarioTimeoutMs = 300_000;

/** The report says what was tested: which versions, on which cluster. */
const suiteName = ['e2e', process.env.E2E_SET, process.env.E2E_CLUSTER && `on ${process.env.E2E_CLUSTER}`]
  .filter(Boolean)
  .join(' ');

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['{scenarios,compatibility,conformance}/**/*.test.ts'],
    pool: 'forks',
    // Scenarios share nothing, and wait more than they work: one more of them than CI has cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: scenarioTimeoutMs,
    hookTimeout: scenarioTimeoutMs,
    teardownTimeout: 60_000,
    // As in the configuration of the unit tests.
    retry: process.env.CI ? 1 : 0,
    reporters: [
      'verbose',
      ['junit', { outputFile: '../.build/report.junit.xml', suiteName }],
      ['json', { outputFile: '../.build/e2e.json' }],
    ],
  },
});
