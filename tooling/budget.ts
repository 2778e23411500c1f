/** A kind of test file: where it runs, and how long one file may take on two quiet processors. */
export interface Suite {
  name: string
  files: string
  target: string
  limitMs: number
  includes: (file: string) => boolean
}

const isPublished = (file: string) => file.endsWith('.published.ts')
const isImage = (file: string) => file.endsWith('.image.ts')
const isMachine = (file: string) => file.endsWith('.machine.ts')
const isSlow = (file: string) => file.endsWith('.slow.test.ts')
const isBesideSource = (file: string) => /\/src\//.test(file)

/** The table of CONTRIBUTING.md, which a test compares with this one. */
export const SUITES: readonly Suite[] = [
  {
    name: 'unit',
    files: '`src/**/*.test.ts`',
    target: '`make test`',
    limitMs: 5_000,
    includes: file => !isSlow(file) && isBesideSource(file),
  },
  {
    name: 'integration',
    files: '`test/*.test.ts`, `tooling/`, `benchmarks/`',
    target: '`make test`',
    limitMs: 20_000,
    includes: file =>
      !isSlow(file) && !isPublished(file) && !isImage(file) && !isMachine(file) && !isBesideSource(file),
  },
  { name: 'slow', files: '`*.slow.test.ts`', target: '`make check`', limitMs: 120_000, includes: isSlow },
  {
    name: 'published',
    files: '`tooling/published/`',
    target: '`make check`',
    limitMs: 300_000,
    includes: isPublished,
  },
  { name: 'images', files: '`tooling/images/`', target: '`make image`', limitMs: 300_000, includes: isImage },
  { name: 'machine', files: '`tooling/machine/`', target: '`make machine`', limitMs: 300_000, includes: isMachine },
]

/** How long a whole run may take on two quiet processors. */
export const TARGETS = { test: 3 * 60_000, check: 25 * 60_000, ci: 60 * 60_000 } as const

/** How long a test file may take. */
export function limitOf(file: string): number {
  return SUITES.find(suite => suite.includes(file))?.limitMs ?? Number.POSITIVE_INFINITY
}

/** A line about a run that took too long; undefined otherwise. */
export function overTarget(target: keyof typeof TARGETS, ms: number): string | undefined {
  const limitMs = TARGETS[target]
  return ms > limitMs
    ? `make ${target} took ${minutes(ms)}, and may take ${minutes(limitMs)} on two quiet processors`
    : undefined
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`
}
