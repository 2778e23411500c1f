import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

const TSCONFIG = JSON.stringify({
  compilerOptions: { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: [], skipLibCheck: true },
  include: ['src'],
})
const SOUND = {
  'config/app.js': "export default { views: { dir: 'pages' } }",
  'db/migrations/0001_things.sql':
    '-- up\ncreate table things (id bigint generated always as identity primary key, name text not null);\n',
  'pages/home.html.ets': '<h1>Home</h1>\n',
  'src/things.ts':
    "export const things = (db: { many(sql: string): unknown }) => db.many('select id, name from things')\n",
  'home.test.js': "import test from 'node:test'\ntest('is fine', () => undefined)\n",
  'tsconfig.json': TSCONFIG,
}

function git(root: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: root })
}

/** Makes the branch `main`. */
function commitAll(root: string): void {
  git(root, 'init', '--quiet', '--initial-branch=main')
  git(root, 'add', '-A')
  git(root, 'commit', '--quiet', '--message=before')
}

interface Report {
  ok: boolean
  steps: { step: string; outcome: string; problems: string[]; notes: string[] }[]
}

describe('arlen check', () => {
  test('of a release looks at its configuration and secrets alone, and writes nothing', async () => {
    const app = temporaryApp({ ...SOUND, 'manifest.json': '{}', 'bin/app': '' })
    const missing = await app.arlen(['check'])
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('session.secrets') })
    const env = {
      ARLEN_SESSION_SECRETS: 'kS8f2jQpZ1vB7nXw4mTr9yLcA0dEhGuI',
      TEST_DATABASE_URL: 'postgres://127.0.0.1:1/x',
    }
    const { code, out, err } = await app.arlen(['check', '--json'], { env })
    expect([code, err]).toEqual([0, ''])
    const { steps } = JSON.parse(out) as Report
    expect(steps.filter(({ outcome }) => outcome !== 'skipped').map(({ step, notes }) => [step, notes])).toEqual([
      ['config', []],
    ])
    expect(existsSync(join(app.root, '.arlen'))).toBe(false)
  })

  test('passes a sound application, step by step, and says what it did not look at', async () => {
    const app = temporaryApp(SOUND)
    const { code, out, err } = await app.arlen(['check'])
    expect([code, err]).toEqual([0, ''])
    expect(out.match(/^\w+ +(ok|skipped)/gm)?.map(line => line.replace(/ +/, ' '))).toEqual([
      'config ok',
      'migrations ok',
      'templates ok',
      'types ok',
      'sql ok',
      'previous skipped',
      'tests ok',
      'perf skipped',
    ])
    expect(out).toContain('session.secrets is not looked at: production needs ARLEN_SESSION_SECRETS.')
    expect(out).toContain('1 queries described, 0 not checked.')
  })

  test('finds a problem in every step, names the place, and continues', async () => {
    const app = temporaryApp({
      ...SOUND,
      'config/environments/production.js': 'export default { http: { prot: 80 } }',
      'db/migrations/0002_index.sql': '-- up\ncreate index things_name on things (name);\n',
      'pages/broken.html.ets': 'one\n<% if (true) { %>\n',
      'src/things.ts':
        "export const things = (db: { many(sql: string): unknown }) => db.many('select nam from things')\n",
      'src/wrong.ts': 'export const wrong: number = "text"\n',
      'home.test.js': "import test from 'node:test'\ntest('fails', () => { throw new Error('on purpose') })\n",
      'package.json': '{ "type": "module", "scripts": { "perf": "echo too slow && exit 3" } }',
    })
    const { code, out } = await app.arlen(['check', '--json'])
    expect(code).toBe(1)
    const { ok, steps } = JSON.parse(out) as Report
    expect(ok).toBe(false)
    expect(steps.filter(({ step }) => step !== 'previous').map(({ step, outcome }) => [step, outcome])).toEqual(
      ['config', 'migrations', 'templates', 'types', 'sql', 'tests', 'perf'].map(step => [step, 'failed']),
    )
    const [config, migrations, templates, types, sql, , tests, perf] = steps.map(({ problems }) => problems.join('\n'))
    expect(config).toContain('http.prot (config/environments/production.js): no such setting; did you mean port?')
    expect(migrations).toMatch(/0002_index\.sql:2:1 create_index_blocks_writes: .*CREATE INDEX CONCURRENTLY/)
    expect(templates).toMatch(/broken\.html\.ets:2:/)
    expect(types).toMatch(/src\/wrong\.ts:1:14 .*string/)
    expect(sql).toMatch(/src\/things\.ts:1:\d+ .*nam/)
    expect(tests).toContain('on purpose')
    expect(perf).toBe('too slow\n(exit code 3)')
  })

  test('finds what is wrong in and between templates, each at its own line and column', async () => {
    const tsconfig = JSON.parse(TSCONFIG)
    Object.assign(tsconfig.compilerOptions, { customConditions: ['@arlen/source'], allowImportingTsExtensions: true })
    const app = temporaryApp({
      'config/app.js': "export default { views: { layout: 'layouts/site' } }",
      'tsconfig.json': JSON.stringify({ ...tsconfig, include: ['.arlen/views/**/*.ts'] }),
      'templates/layouts/site.html.ets': '<title><%= content("title") %></title>',
      'templates/home.html.ets':
        '<%! props: { user: { name: string } } layout: "layouts/site" %>\n<% contentFor("titel", "Home") %>\n<p>\n<%= $user.nmae %> <%= include("nav", { at: 1 }) %>',
      'templates/nav.html.ets': '<%! props: { at: string } layout: null %><%= $at %>',
    })
    const problems = async () => {
      const { code, out } = await app.arlen(['check', '--json', '--only', 'templates,types'])
      expect(code).toBe(1)
      const { steps } = JSON.parse(out) as Report
      return steps.map(step => step.problems.map(problem => problem.replaceAll(`${app.root}/`, '')))
    }
    const [templates, types] = await problems()
    expect(templates).toEqual([
      'templates/home.html.ets:2:15 Nobody prints the block "titel"; did you mean "title"?',
      expect.stringMatching(/^templates\/layouts\/site\.html\.ets:1:1 .* never calls content\(\)/),
    ])
    // The packages are checked from source here, without the types of Node.js.
    expect(types?.filter(problem => /\.ets/.test(problem))).toEqual([
      expect.stringMatching(/^templates\/home\.html\.ets:4:11 .*'nmae'/),
      expect.stringMatching(/^templates\/home\.html\.ets:4:40 .*number/),
    ])
    app.write({ 'templates/home.html.ets': '<%! layout: "layouts/sit" %>\n<%= include("nva") %>' })
    expect((await problems())[0]).toEqual([
      'templates/home.html.ets:1:13 There is no template "layouts/sit"; did you mean "layouts/site"?',
      'templates/home.html.ets:2:13 There is no template "nva"; did you mean "nav"?',
    ])
    app.write({
      'config/app.js': "export default { views: { layout: 'layouts/stie' } }",
      'templates/home.html.ets': '',
    })
    expect((await problems())[0]).toEqual(['There is no template "layouts/stie"; did you mean "layouts/site"?'])
  })

  test('runs the steps that are asked for, and knows no others', async () => {
    const app = temporaryApp({ ...SOUND, 'home.test.js': 'process.exit(1)' })
    const { code, out } = await app.arlen(['check', '--only', 'templates,config'])
    expect([code, out.match(/^\w+/gm)]).toEqual([0, ['config', 'templates']])
    const unknown = await app.arlen(['check', '--only', 'typs'])
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('there is no check "typs"; did you mean types?'),
    ])
    const failed = await app.arlen(['check', '--only', 'tests'])
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('Failed: tests.')])
  })

  test('with a base branch, fails a schema that takes away what the code there still uses', async () => {
    const app = temporaryApp(SOUND)
    commitAll(app.root)
    // The code does without the column, and the same change drops it.
    app.write({
      'db/migrations/0002_drop.sql': '-- up\nalter table things drop name;\n',
      'src/things.ts':
        "export const things = (db: { many(sql: string): unknown }) => db.many('select id from things')\n",
    })
    const check = async () => {
      const { code, out } = await app.arlen(['check', '--json', '--only', 'sql,previous', '--base', 'main'])
      return { code, steps: (JSON.parse(out) as Report).steps }
    }
    const first = await check()
    expect(first.code).toBe(1)
    expect(first.steps.map(({ outcome }) => outcome)).toEqual(['ok', 'failed'])
    expect(first.steps[1]?.problems).toEqual([
      expect.stringMatching(
        /^src\/things\.ts:1 of main still uses what this schema takes away; .*column "name" does not exist/,
      ),
    ])
    // Once the code that does without is on the branch, the migration may follow.
    git(app.root, 'add', 'src')
    git(app.root, 'commit', '--quiet', '--message=does without')
    expect(await check()).toMatchObject({
      code: 0,
      steps: [{}, { outcome: 'ok', notes: ['1 queries of main work on this schema.'] }],
    })
    expect(await app.arlen(['check', '--only', 'previous', '--base', 'nowhere'])).toMatchObject({ code: 1 })
  })

  test('with a base branch, fails a schema that refuses what the code there writes, unless a migration says that it cannot be', async () => {
    const app = temporaryApp({
      ...SOUND,
      'src/things.ts':
        "export const add = (db: { query(sql: string): unknown }) => db.query('insert into things (name) values ($1)')\n",
    })
    commitAll(app.root)
    const check = async (migration: string) => {
      app.write({ 'db/migrations/0002_next.sql': `-- up\n${migration}\n` })
      const { out } = await app.arlen(['check', '--json', '--only', 'previous', '--base', 'main'])
      return (JSON.parse(out) as Report).steps[0]
    }
    const column = await check('alter table things add price int not null;')
    expect(column?.problems).toEqual([
      expect.stringMatching(/^src\/things\.ts:1 of main .*: its insert leaves out things\.price/),
    ])
    const unique = 'alter table things add unique (name);'
    expect((await check(unique))?.problems).toEqual([
      expect.stringMatching(/write into the migration -- allow base_writes things: and why: its insert may violate/),
    ])
    expect(await check(`-- allow base_writes things: names are unique since 2.1\n${unique}`)).toMatchObject({
      outcome: 'ok',
      notes: [expect.stringContaining('0 queries'), '1 objections are allowed by comments in migrations.'],
    })
    expect((await check(`-- allow base_writes others: no\n${unique}`))?.outcome).toBe('failed')
    expect((await check(`-- allow base_writes things: no\nalter table things drop name;`))?.outcome).toBe('failed')
  })

  test('has nothing to say of what an application does not have', async () => {
    const { code, out } = await temporaryApp().arlen(['check', '--only', 'migrations,templates,types,sql,perf'])
    expect([code, out.match(/skipped/g)?.length]).toEqual([0, 5])
  })
})
