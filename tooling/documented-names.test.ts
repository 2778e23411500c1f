import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cellsOf, knownNames, ownColumn, unknownNames } from './documented-names.ts'

const root = join(import.meta.dirname, '..')
const known = knownNames(root)

test.each(globSync(['docs/parity.md', 'docs/coming-from-*.md'], { cwd: root }).sort())(
  'every name in %s exists',
  page => {
    const cells = ownColumn(readFileSync(join(root, page), 'utf8'))
    expect(cells.length).toBeGreaterThan(10)
    const unknown = cells.flatMap(({ line, text }) => unknownNames(text, known).map(name => `line ${line}: ${name}`))
    expect(unknown).toEqual([])
  },
)

test('every row of docs/parity.md has a proof, or says why there is nothing', () => {
  const rows = readFileSync(join(root, 'docs/parity.md'), 'utf8').split('\n')
  const bare = rows
    .filter(row => row.startsWith('| ') && !row.startsWith('| ---'))
    .filter(row => {
      const [, theirs, own, proof = ''] = cellsOf(row)
      const isHead = proof === 'proved by'
      return (
        !isHead &&
        !proof.startsWith('`') &&
        !/^(out of scope|deferred)( beyond that)?: \S/.test(proof) &&
        theirs !== own
      )
    })
  expect(bare).toEqual([])
})

test('a name that is not there is found, in members, calls and commands', () => {
  const names = (text: string) => unknownNames(text, known)
  expect(names('`c.sse()` or `c.events()`')).toEqual(['sse'])
  expect(names('`app.group()`, `app.grup()`, `session.secrets`, `session.secretz`')).toEqual(['grup', 'secretz'])
  expect(names('`createApp()`, `createApplication()`')).toEqual(['createApplication'])
  expect(names('`arlen routes`, `arlen rotes`, `arlen propane reload`, `arlen propane relod`')).toEqual([
    'arlen rotes',
    'arlen propane relod',
  ])
  expect(names("prose about sse, `c.session.get('sse')`")).toEqual([])
})
