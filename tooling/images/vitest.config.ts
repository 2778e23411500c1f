import { defineConfig } from 'vitest/config'

// Images, built and run: `make image`.
export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    retry: 0,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    // One storage of images, and each test builds, installs and starts processes.
    fileParallelism: false,
    globalSetup: ['tooling/images/global-setup.ts'],
    include: ['tooling/images/*.image.ts'],
  },
})
