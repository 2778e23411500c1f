import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'

/** Commands that have no `--json`, and why. */
const SILENT = { console: 'prints what is typed into it', completion: 'prints a script' }

/** For each other command, a command line that is complete, to which a mistake is added. Nothing of it comes to run. */
const COMPLETE: Readonly<Record<string, readonly string[]>> = {
  new: ['shop'],
  dev: [],
  boomhauer: ['--once'],
  propane: ['status'],
  test: [],
  check: [],
  perf: [],
  generate: ['page', 'about'],
  migrate: ['status'],
  db: ['create'],
  doctor: [],
  routes: [],
  config: [],
  sql: ['check'],
  release: ['list'],
  deploy: ['production', 'status'],
}

/** What each refuses in a folder without an application; a command that is not here needs none. */
const WITHOUT_APP: Readonly<Record<string, readonly string[]>> = {
  dev: [],
  boomhauer: ['--prepare-only'],
  propane: ['start'],
  test: [],
  check: [],
  perf: [],
  generate: ['migration', 'add_things'],
  migrate: [],
  db: ['create'],
  routes: [],
  config: [],
  sql: ['check'],
  release: ['build'],
  deploy: ['production'],
}

const DOWN = ['--root', '../app', '--dsn', 'postgres://ada:hunter2@127.0.0.1:1/shop']
/** What each does with a database that does not answer. */
const WITHOUT_DATABASE: Readonly<Record<string, readonly string[]>> = {
  migrate: ['status', ...DOWN],
  db: ['drop', ...DOWN],
  sql: ['check', ...DOWN],
}

let empty: string
beforeAll(() => {
  empty = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-empty-')))
  mkdirSync(join(empty, 'folder'))
  mkdirSync(join(empty, 'app/db/migrations'), { recursive: true })
  writeFileSync(join(empty, 'app/db/migrations/0001_things.sql'), '-- up\ncreate table things (id int);\n')
})
afterAll(() => rmSync(empty, { recursive: true }))

async function arlen(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const io = {
    cwd: join(empty, 'folder'),
    env: { PATH: process.env.PATH },
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  }
  const code = await runCli(argv, commands, '0.0.0', io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

const names = (from: readonly (typeof commands)[number][]) => from.map(({ usage }) => usage.split(' ')[0]!)
const reporting = names(commands.filter(({ json }) => json !== undefined))

test('every command has --json, or a reason for none', () => {
  expect(names(commands.filter(({ json }) => json === undefined))).toEqual(Object.keys(SILENT))
  expect(Object.keys(COMPLETE)).toEqual(reporting)
})

describe.each(reporting)('a failure of arlen %s --json is one document on standard output:', name => {
  test('an option that there is not', async () => {
    const { code, out } = await arlen(name, ...COMPLETE[name]!, '--no-such-option', '--json')
    const { error } = JSON.parse(out)
    expect([code, error]).toEqual([
      2,
      {
        code: expect.stringMatching(/^(?:usage|arguments)_invalid$/),
        message: expect.stringContaining('no-such-option'),
        remedy: expect.stringContaining('--help'),
      },
    ])
  })

  const withoutApp = WITHOUT_APP[name]
  const withoutDatabase = WITHOUT_DATABASE[name]

  if (withoutApp)
    test('a folder without an application', async () => {
      const { code, out } = await arlen(name, ...withoutApp, '--json')
      const { error } = JSON.parse(out)
      expect([code, error]).toEqual([
        1,
        {
          code: expect.stringMatching(/_missing$/),
          message: expect.stringContaining(empty),
          remedy: expect.stringMatching(/\.$/),
        },
      ])
    })

  if (withoutDatabase)
    test('a database that does not answer', async () => {
      const { code, out } = await arlen(name, ...withoutDatabase, '--json')
      expect([code, JSON.parse(out)]).toEqual([
        1,
        {
          error: {
            code: 'connect_failed',
            message: expect.stringContaining('127.0.0.1:1'),
            remedy: 'Check that PostgreSQL runs, and the port.',
          },
        },
      ])
      expect(out).not.toContain('hunter2')
    })
})

test.each([
  [['routez', '--json'], 'did you mean routes?'],
  [['--jso', '--json'], '--jso'],
  [['console', '--json'], 'console has no option --json'],
  [['completion', 'bash', '--json'], 'completion has no option --json'],
  [['db', 'dump', '--json', ...DOWN], '--out'],
  [['db', 'console', '--json', ...DOWN], 'db console has no --json'],
  [['routes', '--types', '--json'], '--types prints TypeScript'],
  [['test', '--watch', '--json'], '--watch never ends'],
  [['deploy', '--json'], 'deploy needs a target'],
  [['doctor', 'x', '--json'], 'doctor does not take x'],
  [['release', 'activate', '--json'], 'release activate needs an argument'],
  [['release', 'list', 'x', '--json'], 'release list does not take x'],
])('%j is a misuse, which is said as JSON too', async (argv, message) => {
  const { code, out, err } = await arlen(...argv)
  expect([code, err, JSON.parse(out).error]).toEqual([
    2,
    '',
    { code: 'usage_invalid', message: expect.stringContaining(message), remedy: expect.stringContaining('--help') },
  ])
})

test('behind -- it is an argument of somebody else', async () => {
  const { code, out } = await arlen('db', 'creat', '--', '--json')
  expect([code, out]).toEqual([2, ''])
})
