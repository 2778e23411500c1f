import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

const BIN = join(import.meta.dirname, '../src/bin.ts')
let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-test-command-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

function start(...argv: string[]): ChildProcess {
  const {
    TEST_DATABASE_URL: _,
    VITEST: __,
    NODE_ENV: ___,
    ARLEN_ENV: ____,
    NODE_TEST_CONTEXT: _____,
    ...env
  } = process.env
  const args = ['--conditions=@arlen/source', BIN, 'test', '--root', root, ...argv]
  return spawn(process.execPath, args, {
    env: { ...env, ARLEN_PG_TEST_DIR: process.env.ARLEN_PG_TEST_DIR },
    stdio: 'pipe',
  })
}

async function run(...argv: string[]): Promise<{ code: number; output: string }> {
  const child = start(...argv)
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
  return { code: code as number, output: out + err }
}

const says = (what: string) => `import test from 'node:test'\ntest('says', () => console.log(${what}))\n`

test('without a runner, node --test runs, with a test environment and no unneeded database', async () => {
  write({
    'package.json': '{ "type": "module" }',
    'a.test.js': says('JSON.stringify([process.env.ARLEN_ENV, process.env.TEST_DATABASE_URL ?? 0])'),
  })
  const { code, output } = await run()
  expect([code, output]).toEqual([0, expect.stringContaining('["test",0]')])
})

test('an application with migrations finds a server, and the exit code is that of the runner', async () => {
  write({
    'package.json': '{ "type": "module" }',
    'db/migrations/0001_a.sql': 'select 1;',
    'a.test.js': `${says('process.env.TEST_DATABASE_URL')}test('fails', () => { throw new Error('on purpose') })\n`,
  })
  const { code, output } = await run('a.test.js')
  expect([code, output]).toEqual([1, expect.stringMatching(/postgres:\/\/\S+@127\.0\.0\.1:\d+/)])
})

test('Vitest runs where it is installed, with the arguments behind --', async () => {
  write({
    'package.json': '{ "type": "module" }',
    'a.test.js':
      "import { expect, test } from 'vitest'\ntest('one', () => expect(1).toBe(1))\ntest('two', () => expect(1).toBe(2))\n",
  })
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(
    realpathSync(join(import.meta.dirname, '../../../node_modules/vitest')),
    join(root, 'node_modules/vitest'),
  )
  expect(await run('--', '-t', 'one')).toMatchObject({ code: 0, output: expect.stringMatching(/1 passed/) })
  expect((await run()).code).toBe(1)
})

test('the test script of the application goes first, unless it is this command', async () => {
  write({ 'package.json': '{ "scripts": { "test": "exit 7; echo" } }' })
  expect((await run()).code).toBe(7)
  write({ 'package.json': '{ "type": "module", "scripts": { "test": "arlen test" } }', 'a.test.js': says('"by node"') })
  expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining('by node') })
  write({ 'package.json': '{ "scripts": { "test": "echo" } }' })
  expect((await run('--', "it's", '$HOME')).output).toContain("it's $HOME")
})

test('if the script is node --test, named files replace its own', async () => {
  write({
    'package.json': '{ "type": "module", "scripts": { "test": "node --test \\"*.test.js\\"" } }',
    'a.test.js': says('"this one"'),
    'b.test.js': says('"that one"'),
  })
  const { code, output } = await run('a.test.js')
  expect([code, output]).toEqual([0, expect.stringContaining('this one')])
  expect(output).not.toContain('that one')
  expect((await run()).output).toContain('that one')
})

test('a signal goes to the runner, and what it makes of it is the exit code', async () => {
  write({
    'run.js': "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready')",
    'package.json': '{ "scripts": { "test": "exec node run.js" } }',
  })
  const child = start()
  await once(child.stdout!, 'data')
  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(5)
})

test('--watch runs again after a change', async () => {
  write({ 'package.json': '{ "type": "module" }', 'a.test.js': says('"first"') })
  const child = start('--watch')
  let output = ''
  child.stdout!.on('data', chunk => (output += chunk))
  await expect.poll(() => output).toContain('first')
  write({ 'a.test.js': says('"second"') })
  await expect.poll(() => output).toContain('second')
  child.kill('SIGTERM')
  await once(child, 'exit')
})
