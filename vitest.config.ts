import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'scripts/**/*.test.ts'],
    pool: 'forks',
    // Integration tests start real programs (PostgreSQL, gpg, kubectl); the first start on a cold disk is slow.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // A real program on a busy machine can be late once. Whoever works on the code sees it at the first time.
    retry: process.env.CI ? 1 : 0,
  },
});
