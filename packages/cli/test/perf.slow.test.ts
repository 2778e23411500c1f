import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

const scenario = (more: string) =>
  `export default { requests: [{ path: '/', contains: 'hello' }], measure: ['counters'], ${more} }\n`
const FILES = {
  'app.js': `import { createServer } from 'node:http'\nexport default createServer((request, response) => response.end('hello'))\n`,
  'package.json': '{ "type": "module" }',
  'perf/home.perf.js': scenario('budget: { modules: 1 }'),
  'perf.config.js': `export default { scenarios: 'perf/*.perf.js' }\n`,
}

describe('arlen perf', () => {
  test('passes what keeps its budgets, and keeps the report', async () => {
    const app = temporaryApp(FILES)
    const { code, out } = await app.arlen(['perf'])
    expect(out).toMatch(/There is no release to compare with/)
    expect(out).toMatch(/^ok +home +modules 1, queries 0/m)
    expect(code).toBe(0)
    expect(readFileSync(join(app.root, '.arlen/perf/latest.html'), 'utf8')).toMatch(/^<!doctype html>/)
    expect(JSON.parse(readFileSync(join(app.root, '.arlen/perf/latest.json'), 'utf8'))).toMatchObject({
      machine: { node: process.version },
      scenarios: [{ name: 'home', raw: { counters: { candidate: { modules: 1 } } } }],
    })
  })

  test('fails where a budget is exceeded, as arlen check does then', async () => {
    const app = temporaryApp({ ...FILES, 'perf/home.perf.js': scenario('budget: { modules: 0 }') })
    const { code, out } = await app.arlen(['perf', 'home'])
    expect(out).toMatch(/LOSS {5} home/)
    expect(out).toContain('modules loaded: loss, 1, at most 0 by the budget')
    expect(code).toBe(1)
    const check = await app.arlen(['check', '--only', 'perf'])
    expect(check.code).toBe(1)
    expect(check.err).toContain('modules loaded: loss')
  })

  test('records a baseline with its reason, and holds the application to it', async () => {
    const app = temporaryApp(FILES)
    const refused = await app.arlen(['perf', '--record', ' '])
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('A baseline needs a reason')])
    const file = join(app.root, 'perf/baseline.json')
    expect(existsSync(file)).toBe(false)
    expect((await app.arlen(['perf', '--record', 'the first one'])).code).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      why: 'the first one',
      scenarios: { home: { modules: 1 } },
    })
    app.write({ 'more.js': 'export const more = 1\n', 'app.js': `import './more.js'\n${FILES['app.js']}` })
    const { code, out } = await app.arlen(['perf'])
    expect(out).toContain('modules loaded: loss, 2, at most 1 by the record')
    expect(code).toBe(1)
  })

  test('names a scenario and a baseline that are not there', async () => {
    const app = temporaryApp(FILES)
    expect((await app.arlen(['perf', 'hom'])).err).toContain('There is no scenario hom; there are home.')
    expect((await app.arlen(['perf', '--baseline', 'v9'])).err).toContain('nothing to compare with called v9')
  })
})
