/** One stress test for each part: what it loads, and what must hold. `docs/performance.md` has the same table. */
export interface Stress {
  part: string
  /** Test files, from the root. */
  files: readonly string[]
  loads: string
  holds: string
}

export const STRESS: readonly Stress[] = [
  {
    part: 'parser',
    files: ['packages/http/test/fuzz.slow.test.ts'],
    loads: 'thousands of requests that were cut, joined and changed at random, in pieces of any size',
    holds: 'what is taken means the same to the parser of Node.js; everything else is refused, and nothing throws',
  },
  {
    part: 'router',
    files: ['tooling/stress/router.stress.ts'],
    loads: '5,000 routes, and 100,000 paths that match, nearly match or are hostile',
    holds: 'every match is the right one, and a path among 5,000 routes costs at most ten times one among 50',
  },
  {
    part: 'pool',
    files: ['tooling/stress/pool.stress.ts'],
    loads: '64 tasks with queries and transactions over 5 connections, which the server ends all the time',
    holds: 'every answer is right or a typed error, what was committed is there, and no connection is lost',
  },
  {
    part: 'migrations',
    files: ['packages/pg/test/migrate-killed.slow.test.ts'],
    loads: 'migrators that are killed at any point, and 500 files',
    holds: 'a migration is applied or it is not, and the next run goes on',
  },
  {
    part: 'sessions',
    files: ['tooling/stress/sessions.stress.ts'],
    loads: '200 visitors who log in, count and log out, 50 at a time, while keys are rotated',
    holds: 'no visitor sees the session of another, every count is right, nothing stays on the heap',
  },
  {
    part: 'limits',
    files: ['packages/security/test/workers.slow.test.ts'],
    loads: 'workers that count one limit together',
    holds: 'they admit what the limit says',
  },
  {
    part: 'templates',
    files: ['tooling/stress/templates.stress.ts'],
    loads: 'pages of 2,000 rows with partials and hostile values, 600 renderings, 50 at a time',
    holds: 'every page is its own and escaped, and the heap does not grow',
  },
  {
    part: 'boomhauer',
    files: ['packages/boomhauer/test/endurance.slow.test.ts'],
    loads: 'a hundred files cut off anywhere; a hundred saves in half a minute under traffic',
    holds: 'it never ends, no request is refused or reset, and it serves when the files are whole again',
  },
  {
    part: 'propane',
    files: ['packages/propane/test/interleavings.slow.test.ts', 'packages/propane/test/crash-rounds.slow.test.ts'],
    loads: 'random interleavings of reload, recycling, crash and scaling; 100 times kill -9 and start',
    holds: 'exactly the wanted workers, no stray process, every start works',
  },
  {
    part: 'releases',
    files: ['packages/release/test/kill-anywhere.test.ts', 'packages/release/test/disk-faults.slow.test.ts'],
    loads: 'switches that are killed at every step',
    holds: 'the running release is a whole one, and the next command goes on or back',
  },
]

/** The rows of the table, as Markdown. */
export function stressRows(): string[] {
  return STRESS.map(
    ({ part, loads, holds, files }) =>
      `| ${part} | ${loads} | ${holds} | ${files.map(file => `\`${file}\``).join(', ')} |`,
  )
}
