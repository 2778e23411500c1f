import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type TemporaryApp, temporaryApp } from './temporary-app.ts'

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

/** The only dependency that a release must have, in a package of its own: nothing comes from a registry. */
function vendorCli({ root, write }: TemporaryApp): void {
  write({ 'vendor/package/package.json': '{ "name": "@arlen/cli", "version": "1.0.0" }' })
  execFileSync('tar', ['-czf', 'cli.tgz', 'package'], { cwd: join(root, 'vendor') })
  execFileSync('npm', ['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund'], { cwd: root })
}

function commit(root: string, message: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  if (!existsSync(join(root, '.git'))) git('init', '-q')
  git('add', '-A')
  git('-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', 'commit', '-qm', message)
  return git('rev-parse', 'HEAD')
}

test('arlen perf compares with the newest release, or with a commit that it builds once, and passes when the loss is out', async () => {
  const APP = FILES['app.js']
  const app = temporaryApp({
    ...FILES,
    'package.json': JSON.stringify({
      name: 'shop',
      version: '1.0.0',
      type: 'module',
      dependencies: { '@arlen/cli': 'file:vendor/cli.tgz' },
    }),
    'perf/home.perf.js': scenario(''),
    '.gitignore': 'node_modules\n.arlen\nreleases\n',
  })
  vendorCli(app)
  const first = commit(app.root, 'first')
  const built = await app.arlen(['release', 'build'])
  expect([built.code, built.err]).toEqual([0, ''])
  const [release = ''] = readdirSync(join(app.root, 'releases'))

  app.write({ 'more.js': 'export const more = 1\n', 'app.js': `import './more.js'\n${APP}` })
  commit(app.root, 'second')
  const lost = await app.arlen(['perf'])
  expect(lost.out).toContain(`beside ${release}`)
  expect(lost.out).toContain('modules loaded: loss, 2, at most 1 by the baseline')
  expect(lost.code).toBe(1)
  expect((await app.arlen(['perf', '--baseline', release])).code).toBe(1)

  const besideCommit = () => app.arlen(['perf', '--baseline', first.slice(0, 10)])
  expect((await besideCommit()).out).toContain('modules loaded: loss, 2, at most 1 by the baseline')
  const kept = join(app.root, '.arlen/perf/baselines', first)
  const [name = ''] = readdirSync(kept)
  const marker = join(kept, name, 'kept')
  mkdirSync(join(kept, name), { recursive: true })
  writeFileSync(marker, '')
  expect((await besideCommit()).code).toBe(1)
  expect([readdirSync(kept), existsSync(marker)]).toEqual([[name], true])

  app.write({ 'app.js': APP })
  commit(app.root, 'third')
  const passed = await app.arlen(['perf', '--release'])
  expect(passed.out).toContain('No loss.')
  expect(passed.code).toBe(0)
  expect((await besideCommit()).code).toBe(0)
})
