import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Router, routeTypes } from '../src/index.ts'

// An application as it would be checked: 500 named routes, their declarations written by routeTypes, and calls of urlFor.
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
let folder: string

beforeAll(() => {
  mkdirSync(join(import.meta.dirname, '../.arlen'), { recursive: true })
  folder = mkdtempSync(join(import.meta.dirname, '../.arlen/types-'))
  const router = new Router<string, Record<string, string>>()
  for (let i = 0; i < 500; i++) router.get(`/part${i}/:id<int>/:section/:page?`, '', { name: `part${i}` })
  writeFileSync(join(folder, 'routes.d.ts'), routeTypes(router.list()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function check(lines: readonly string[]): Promise<string[]> {
  const head = `import { Router } from '@arlen/router'\nconst router = new Router()`
  writeFileSync(join(folder, 'app.ts'), [head, ...lines].join('\n'))
  const settings = { extends: '../../../../tsconfig.base.json', compilerOptions: { noEmit: true, composite: false } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, files: ['app.ts', 'routes.d.ts'] }))
  const run = promisify(execFile)(process.execPath, [compiler, '-p', folder, '--pretty', 'false'])
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
  return output.split('\n').filter(line => /^\S.*error TS/.test(line))
}

test('five hundred routes and their URLs are checked, and sound ones pass', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => [
    `router.get('/own${i}/:id<int>/x/:rest?', c => c.params.id + (c.params.rest ?? ''))`,
    `router.urlFor('part${i}', { id: ${i}, section: 's' }, { q: 1 })`,
  ])
  expect(await check(lines.flat())).toEqual([])
})

test('wrong ones do not', async () => {
  const errors = await check([
    `router.urlFor('part500', { id: 1, section: 's' })`,
    `router.urlFor('part1', { id: 1 })`,
    `router.urlFor('part1', { id: 1, section: 's', more: 1 })`,
    `router.get('/:id', c => c.params.ix)`,
  ])
  expect(errors.map(line => Number(/\((\d+),/.exec(line)?.[1]))).toEqual([3, 4, 5, 6])
})
