import { defineConfig } from 'vitest/config'

// Installed packages, tested as users have them: one cell of the matrix in `make check`, all of them in `make matrix`.
export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    retry: 0,
    // Only for what hangs: a busy machine may take minutes for an installation.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Each test starts package managers, compilers and servers: two at once would only slow each other down.
    fileParallelism: false,
    globalSetup: ['tooling/published/global-setup.ts'],
    include: ['tooling/published/*.published.ts'],
  },
})
