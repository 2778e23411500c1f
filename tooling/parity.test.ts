import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders = ['', 'packages/arlen/test/', 'packages/arlen/', 'packages/router/']

/** What is wrong with the proofs of a page of tables, whose last column is `file` or `file`: words, several after semicolons. */
function brokenProofs(page: string, read: (path: string) => string | undefined): string[] {
  const rows = page.split('\n').map(line => line.split(' | '))
  return rows.flatMap(cells => {
    const proof = cells.length < 3 ? '' : cells.at(-1)!.replace(/ \|$/, '').trim()
    if (!proof.startsWith('`') || cells[1] === '') return []
    return proof.split(/[;,] (?=`)/).flatMap(part => {
      const [, path = '', words = ''] = /^`([^`]+)`(?:: (.*))?/.exec(part) ?? []
      const text = folders.map(folder => read(folder + path)).find(found => found !== undefined)
      if (text === undefined) return `${path} is not there`
      return text.toLowerCase().includes(words.toLowerCase()) ? [] : `${path} has no test "${words}"`
    })
  })
}

test('tests that docs/parity.md names exist and contain the features', () => {
  const page = readFileSync(join(root, 'docs/parity.md'), 'utf8')
  const read = (path: string) => {
    const isFile = /\.\w+$/.test(path) && existsSync(join(root, path))
    return isFile ? readFileSync(join(root, path), 'utf8') : undefined
  }
  expect(brokenProofs(page, read)).toEqual([])
  expect(page.match(/\.test\.ts`/g)?.length).toBeGreaterThan(40)
})

test('a file or a test that is not there is found', () => {
  const page = [
    '| a | b | `one.test.ts`: works |',
    '| a | b | `one.test.ts`: flies; `gone.test.ts` |',
    '| a | | out of scope |',
  ].join('\n')
  const read = (path: string) => (path === 'packages/router/one.test.ts' ? "test('Works well')" : undefined)
  expect(brokenProofs(page, read)).toEqual(['one.test.ts has no test "flies"', 'gone.test.ts is not there'])
})
