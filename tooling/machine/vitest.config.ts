import { defineConfig } from 'vitest/config'

// A machine from bare Debian to TLS, and what goes wrong on it: `make machine`.
export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    retry: 0,
    bail: 1, // each step builds on the one before
    testTimeout: 240_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    globalSetup: ['tooling/machine/global-setup.ts'],
    include: ['tooling/machine/*.machine.ts'],
  },
})
