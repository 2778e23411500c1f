import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'
import { type TemporaryApp, temporaryApp } from './temporary-app.ts'

const REPOSITORY = join(import.meta.dirname, '../../..')
/** The compiler and a process for each test file, on a machine that may have others at work. */
const LONG = { timeout: 600_000 }
const FIELDS = [
  'title',
  'body:text',
  'note?',
  'price:integer?',
  'rating:number',
  'published:boolean',
  'dueOn:date?',
  'order:integer',
]

/** An application as create-arlen makes it. */
function created(template: string): TemporaryApp {
  const app = temporaryApp()
  const leftOut = /[/\\](?:node_modules|\.arlen)(?:[/\\]|$)/
  const from = join(REPOSITORY, 'packages/create-arlen/templates', template)
  cpSync(from, app.root, { recursive: true, filter: path => !leftOut.test(path.slice(from.length)) })
  fromSource(app)
  return app
}

/** The packages that it is checked with are those of this repository. */
function fromSource({ root }: TemporaryApp): void {
  const file = join(root, 'tsconfig.json')
  const config = readFileSync(file, 'utf8')
  writeFileSync(file, config.replace('"strict": true', '"customConditions": ["@arlen/source"], "strict": true'))
}

async function generate(app: TemporaryApp, ...argv: string[]): Promise<string> {
  const [out, err]: [string[], string[]] = [[], []]
  const write = (lines: string[]) => (line: string) => void lines.push(line)
  const io = { cwd: app.root, env: {}, out: write(out), err: write(err) }
  expect([await runCli(['generate', ...argv], commands, '0.0.0', io), err]).toEqual([0, []])
  return out.join('\n')
}

/** What was generated has no type error, no warning and no lint, its migration is safe, and its tests pass. */
async function expectSound(app: TemporaryApp, lint: readonly string[], ...tests: string[]): Promise<void> {
  const check = await app.arlen(['check', '--only', 'config,migrations,templates,types,sql'])
  expect([check.code, check.err]).toEqual([0, ''])
  const run = await app.arlen(['test', ...tests])
  expect([run.code, run.code === 0 ? '' : run.out]).toEqual([0, ''])
  expect(run.out).not.toMatch(/^ℹ tests 0$/m)
  const biome = join(REPOSITORY, 'node_modules/.bin/biome')
  execFileSync(biome, ['lint', '--error-on-warnings', ...lint, ...tests], { cwd: app.root, stdio: 'pipe' })
}

test('everything generated in a full application is sound', LONG, async () => {
  const app = created('full')
  await generate(app, 'resource', 'article', ...FIELDS)
  await generate(app, 'page', 'about us')
  await generate(app, 'controller', 'reports', 'index', 'yearly')
  await generate(app, 'mail', 'welcome')
  await generate(app, 'test', 'checkout')
  const named = ['articles', 'articles-api', 'about-us', 'reports', 'welcome-mail', 'checkout']
  await expectSound(
    app,
    ['src/articles', 'src/about-us.ts', 'src/reports'],
    ...named.map(name => `test/${name}.test.ts`),
  )
})

test('a resource generated in an API is sound', LONG, async () => {
  const app = created('api')
  await generate(app, 'resource', 'person', ...FIELDS)
  await expectSound(app, ['src/people'], 'test/people-api.test.ts')
})

test('everything generated in an application with nothing but app.ts is sound', LONG, async () => {
  const app = created('lite')
  await generate(app, 'page', 'about')
  await generate(app, 'controller', 'reports')
  await generate(app, 'resource', 'sheep', 'title', 'woolly:boolean')
  const config = JSON.parse(readFileSync(join(app.root, 'tsconfig.json'), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  writeFileSync(join(app.root, 'tsconfig.json'), JSON.stringify({ ...config, include: ['app.ts', 'src', 'test'] }))
  await expectSound(
    app,
    ['src'],
    'test/about.test.ts',
    'test/reports.test.ts',
    'test/sheep.test.ts',
    'test/sheep-api.test.ts',
  )
})
