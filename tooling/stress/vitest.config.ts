import { defineConfig } from 'vitest/config'
import { STRESS } from './table.ts'

const conditions = ['@arlen/source']

// One after the other: a part is loaded as far as the machine goes.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    expect: { requireAssertions: true },
    retry: 0,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    execArgv: ['--expose-gc'],
    include: STRESS.flatMap(({ files }) => files),
  },
})
