import { defineConfig } from 'vitest/config'

// Workspace packages are imported from their TypeScript sources, as `node --conditions=@arlen/source` does.
const conditions = ['@arlen/source', 'node', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    expect: { requireAssertions: true },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', '{tooling,benchmarks}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'],
  },
})
