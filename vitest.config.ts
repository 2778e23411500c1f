import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Workspace packages are imported from their TypeScript sources, as `node --conditions=@arlen/source` does.
// Not 'import': the conditions reach Node.js as --conditions and would make require() load ES modules, which pg does not bear.
const conditions = ['@arlen/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Most of what tests do is to wait for processes and sockets: with one worker, the default, the second of two
    // processors has nothing to do.
    maxWorkers: Math.max(2, availableParallelism()),
    expect: { requireAssertions: true },
    // A flaky test is mended. A test that measures time on a shared machine has "(timed)" in its name and a retry of its own.
    retry: 0,
    // What a run wants before each test file: the mutation run names the file.
    setupFiles: process.env.VITEST_SETUP ? [process.env.VITEST_SETUP] : [],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // By a variable: Vitest's own --exclude does not reach the projects.
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      '**/fixtures/**',
      ...(process.env.FAST_TESTS ? ['**/*.slow.test.ts'] : []),
    ],
    projects: [
      // Unit tests touch nothing outside of their modules, so that they can share processes, which halves the time of each.
      { extends: true, test: { name: 'unit', include: ['{packages,apps}/*/src/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/test/**/*.test.ts', '{tooling,benchmarks}/**/*.test.ts'],
        },
      },
    ],
  },
})
