import { availableParallelism, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Workspace packages are imported from their TypeScript sources, as `node --conditions=@arlen/source` does.
// Not 'import': the conditions reach Node.js as --conditions and would make require() load ES modules, which pg does not bear.
const conditions = ['@arlen/source']

const SLOW = '**/*.slow.test.ts'
const EXCLUDED = ['**/node_modules/**', '**/dist/**', '**/fixtures/**', ...(process.env.FAST_TESTS ? [SLOW] : [])]
const IN_PROCESS = ['packages/{arlen,http,pg,security,session,testing}/test/**/*.test.ts']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Much of what tests do is to wait for processes and sockets: with as many workers as processors, those are idle for a
    // third of the time.
    maxWorkers: availableParallelism() + 1,
    // Tests start hundreds of processes: with its code compiled and its types stripped, a start takes a third of the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), `arlen-test-code-${userInfo().uid}`) },
    // What is polled for comes in its own time: the limit is there for what never comes.
    expect: { requireAssertions: true, poll: { timeout: 120_000 } },
    // A flaky test is mended. A test that measures time on a shared machine has "(timed)" in its name and a retry of its own.
    retry: 0,
    // What a run wants before each test file: the mutation run names the file.
    setupFiles: process.env.VITEST_SETUP ? [process.env.VITEST_SETUP] : [],
    // For what hangs alone: beside other work, a test may take ten times as long. No test has a limit of its own below it.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // By a variable: Vitest's own --exclude does not reach the projects.
    exclude: EXCLUDED,
    projects: [
      // Unit tests touch nothing outside of their modules, so that they can share processes, which halves the time of each.
      { extends: true, test: { name: 'unit', include: ['{packages,apps}/*/src/**/*.test.ts'], isolate: false } },
      // Nor do these, which serve applications and ask databases in their own process.
      { extends: true, test: { name: 'serving', include: IN_PROCESS, exclude: [...EXCLUDED, SLOW], isolate: false } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/test/**/*.test.ts', '{tooling,benchmarks}/**/*.test.ts'],
          exclude: [...EXCLUDED, ...IN_PROCESS.map(files => files.replace('*.test.ts', '!(*.slow).test.ts'))],
        },
      },
    ],
  },
})
