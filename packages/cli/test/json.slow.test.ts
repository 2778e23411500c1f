import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@arlen/pg/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../src/index.ts'
import { type TemporaryApp, temporaryApp } from './temporary-app.ts'

/** An application that prints while it is loaded, in each way that there is. */
const APP = `import { createApp } from 'arlen'
import { createLogger } from '@arlen/core/logger'
console.log('a word of the application')
process.stdout.write('another word\\n')
createLogger().info('a line of its log')
const app = createApp({ config: { session: { enabled: false } } })
app.get('/', () => 'hello')
export default app
`
const FILES = {
  'app.js': APP,
  'plain/app.js': APP,
  'plain/package.json': '{ "name": "plain", "type": "module" }',
  'config/app.js': "console.log('a word of the configuration')\nexport default {}\n",
  'config/deploy.js': `console.log('a word of the deployment')
export default { targets: { production: { hosts: [{ address: 'web1.invalid' }], path: '/srv/shop' } } }
`,
  'db/migrations/0001_things.sql': '-- up\ncreate table things (id int);\n',
  'db/seeds.js': "console.log('a word of the seeds')\nexport default async () => undefined\n",
  'home.test.js': "import test from 'node:test'\ntest('is fine', () => console.log('a word of a test'))\n",
}

/** For each command that reports, what it is asked, and the exit code. */
const ASKED: Readonly<Record<string, readonly (readonly [line: string, code: number])[]>> = {
  new: [['new shop --lite --no-install --no-git', 0]],
  dev: [['dev --once --typecheck off --root plain', 0]],
  boomhauer: [
    ['boomhauer --prepare-only', 0],
    ['boomhauer --print-routes --typecheck off --root plain', 0],
  ],
  propane: [
    ['propane --print', 0],
    ['propane status', 1],
  ],
  test: [['test', 0]],
  check: [['check --only config,migrations,tests', 0]],
  perf: [['perf nothing', 1]],
  generate: [
    ['generate page about --dry-run', 0],
    ['generate secret', 0],
  ],
  migrate: [
    ['migrate --dry-run $dsn', 0],
    ['migrate $dsn', 0],
    ['migrate status $dsn', 0],
    ['migrate verify $dsn', 0],
    ['migrate --lint $dsn', 0],
  ],
  db: [
    ['db create $dsn', 0],
    ['db reset $dsn', 0],
    ['db seed $dsn', 0],
  ],
  doctor: [['doctor', 0]],
  routes: [
    ['routes', 0],
    ['routes --match GET§/', 0],
  ],
  config: [['config', 0]],
  sql: [['sql check --write $dsn', 0]],
  release: [
    ['release list', 1],
    ['release build', 1],
  ],
  deploy: [['deploy production init --dry-run', 0]],
}

let app: TemporaryApp
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

test('every command that reports is asked here', () => {
  expect(Object.keys(ASKED)).toEqual(
    commands.filter(({ json }) => json !== undefined).map(({ usage }) => usage.split(' ')[0]!),
  )
})

test.each(Object.values(ASKED).flat())('arlen %s --json: exit code %i and one document', async (line, code) => {
  app = temporaryApp(FILES)
  const words = line.split(' ').flatMap(word => (word === '$dsn' ? ['--dsn', database.dsn] : [word.replace('§', ' ')]))
  const outcome = await app.arlen([...words, '--json'], { env: { PORT: '0' } })
  const document = JSON.parse(outcome.out)
  expect([outcome.code, document.error]).toEqual([code, code === 0 ? undefined : expect.any(Object)])
})

test('arlen dev --json tells each event on a line of its own, and keeps the words of the application out', async () => {
  app = temporaryApp({ 'app.js': APP })
  const child = app.start(['dev', '--port', '0', '--typecheck', 'off', '--json'])
  let [out, err] = ['', '']
  child.stderr!.on('data', chunk => (err += chunk))
  const events = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map(text => JSON.parse(text) as { event: string; url?: string })
  const until = async (count: number, event: string) => {
    while (events().filter(each => each.event === event).length < count) {
      await new Promise(resolve => child.stdout!.once('data', resolve))
    }
  }
  child.stdout!.on('data', chunk => (out += chunk))
  await until(1, 'ready')
  await until(1, 'listening')
  const { url } = events().find(({ event }) => event === 'listening')!
  expect(await (await fetch(url!)).text()).toBe('hello')
  app.write({ 'app.js': `${APP}(` })
  await until(1, 'failed')
  expect(events().find(({ event }) => event === 'failed')).toMatchObject({
    problem: { code: 'load_failed', diagnostics: [{ file: 'app.js' }] },
  })
  child.kill('SIGINT')
  await new Promise(resolve => child.once('close', resolve))
  expect(err).toContain('a word of the application')
})

test('arlen new --json has made what it says', async () => {
  app = temporaryApp()
  const { out } = await app.arlen(['new', 'corner-shop', '--lite', '--no-install', '--no-git', '--json'])
  expect(JSON.parse(out)).toMatchObject({ name: 'corner-shop', folder: join(app.root, 'corner-shop') })
})
