import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectQueries } from './collect.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-collect-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** The files of these names, all of a query, that are searched. */
async function searched(names: readonly string[], options: object = {}): Promise<string[]> {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), name.endsWith('.sql') ? 'select 1' : "db.one('select 1')\n")
  }
  const { queries, problems } = await collectQueries({ root, ...options })
  expect(problems).toEqual([])
  return queries.map(({ file }) => file).sort()
}

test('queries are looked for in TypeScript, JavaScript and SQL, in any folder', async () => {
  const names = ['a.ts', 'b.mts', 'c.js', 'd.mjs', 'deep/er/e.sql', 'deep/f.tsx', 'g.jsx', 'h.cts', 'i.cjs']
  expect(await searched([...names, 'j.txt', 'k.html', 'l.json'])).toEqual(names)
})

test('and not in what others have made, and in what is not part of the running application', async () => {
  const left = [
    'node_modules/x/a.ts',
    'dist/a.js',
    '.cache/a.ts',
    'db/migrations/1_a.sql',
    'a.test.ts',
    'fixtures/a.ts',
  ]
  expect(await searched(['src/a.ts', ...left, 'scripts/a.ts', 'seeds/a.ts', 'seed.ts', 'a.sql.ts'])).toEqual([
    'src/a.ts',
  ])
})

test('unless told otherwise', async () => {
  const names = ['src/a.ts', 'scripts/b.ts', 'c.test.ts']
  expect(await searched(names, { include: ['scripts/*.ts'], exclude: [] })).toEqual(['scripts/b.ts'])
  expect(await searched(names, { exclude: ['src/**'] })).toEqual(['c.test.ts', 'scripts/b.ts'])
})

test('constants are followed through imports and exports, and to files of SQL', async () => {
  const files = {
    'queries/users.ts': "export const FIND = 'select 1'; export const Q = { all: 'select 2' }",
    'queries/index.ts': "export * from './users.ts'; export { FIND as FIRST } from './users.ts'",
    'queries/old.sql': 'select 3',
    'app.ts': `import * as queries from './queries/users.ts'
      import { FIRST, Q } from './queries/index.ts'
      import old from './queries/old.sql.ts'
      db.one(queries.FIND); db.one(queries.Q.all); db.one(FIRST); db.one(Q.all); db.one(old)`,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const { queries, unchecked } = await collectQueries({ root })
  expect(unchecked).toEqual([])
  expect(queries.map(({ text }) => text).sort()).toEqual([
    ...['select 1', 'select 1', 'select 2', 'select 2'],
    ...['select 3', 'select 3'],
  ])
})
