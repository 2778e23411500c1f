import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { growthOf, MOST_GROWTH } from './linear-time/growth.ts'
import { inputs } from './linear-time/inputs.ts'

const PACKAGES = join(import.meta.dirname, '../packages')

test('quadratic work is distinguished from linear work (timed)', { retry: 2 }, async () => {
  const blanks = (size: number) => ' '.repeat(size)
  // Kept, so that the work is done.
  let sink = 0
  const linear = (text: string) => {
    for (let i = 0; i < text.length; i++) sink += text.charCodeAt(i)
  }
  // A quadratic one that lint would refuse.
  const quadratic = (text: string) => {
    for (let i = 0; i < text.length; i++) sink += text.indexOf(',', i)
  }
  const growth = (work: (text: string) => void, size: number) =>
    growthOf(
      () => work(blanks(size)),
      () => work(blanks(size * 8)),
    )
  expect((await growth(linear, 50_000)).ratio).toBeLessThan(MOST_GROWTH)
  expect((await growth(quadratic, 10_000)).ratio).toBeGreaterThan(MOST_GROWTH)
  expect(sink).not.toBe(0)
})

/** Fields that are read in ways that the search below does not see. */
const ELSEWHERE = ['connection', 'content-length', 'expect', 'host', 'transfer-encoding', 'x-csrf-token']

test('every header field that is shipped code reads is among the inputs', () => {
  const tried = new Set(inputs.map(({ name }) => name.split(':')[0]!.toLowerCase()))
  const read = new Set(ELSEWHERE)
  // Not by a recursive readdir, which follows the links in node_modules, and those lead around in circles.
  for (const path of globSync('{arlen,http,router,security,session,view}/src/**/*.ts', { cwd: PACKAGES })) {
    if (path.endsWith('.test.ts')) continue
    const source = readFileSync(join(PACKAGES, path), 'utf8')
    for (const [, name = ''] of source.matchAll(/(?:req|request)\.header\('([a-z-]+)'\)/g)) read.add(name)
    for (const [, name = ''] of source.matchAll(/\bheader\('([a-z-]+)'\)/g)) read.add(name)
  }
  expect(read.size).toBeGreaterThan(25)
  expect([...read].filter(name => !tried.has(name))).toEqual([])
})
