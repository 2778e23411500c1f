import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { lastWords } from './host.ts'

function saidBy(code: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  })
  return lastWords({ code: status!, stdout, stderr })
}

test('a process that a missing module ends says which', () => {
  expect(saidBy(`await import('no-such-module')`)).toMatch(
    /^Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'no-such-module' imported from \S+$/,
  )
})

test('all lines of the message of an error are kept, and none of its stack, its properties or its cause', () => {
  const said = saidBy(
    `throw Object.assign(new TypeError('first\\nsecond', { cause: new Error('third') }), { code: 'E_ODD' })`,
  )
  expect(said).toBe('TypeError: first\nsecond')
})

test('the message of an error that arlen says as JSON', () => {
  expect(
    saidBy(
      `console.log(JSON.stringify({ error: { code: 'release_invalid', message: 'No release.' } })); process.exit(1)`,
    ),
  ).toBe('No release.')
})

test('the last five lines of anything else', () => {
  expect(saidBy(`for (let i = 1; i <= 7; i++) console.error('line ' + i); process.exit(1)`)).toBe(
    'line 3\nline 4\nline 5\nline 6\nline 7',
  )
})

test('a command that says nothing has its exit code', () => {
  expect(saidBy('process.exit(7)')).toBe('exit code 7')
})
