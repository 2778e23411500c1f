import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const BIN = join(import.meta.dirname, '../src/bin.ts')

let folder: string
let cwd: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-arlen-command-'))
  cwd = join(folder, 'work')
  mkdirSync(cwd)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Programs that are found instead of the real ones. */
function program(name: string, code: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'bin', name), `#!${process.execPath}\n${code}`)
  chmodSync(join(folder, 'bin', name), 0o755)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function start(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--conditions=@arlen/source', BIN, ...args], {
    cwd,
    env: {
      PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
      HOME: folder,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (output.stdout += chunk))
  child.stderr.on('data', chunk => (output.stderr += chunk))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, ...output }))
  return { child, done, output }
}

const run = (args: string[], env?: NodeJS.ProcessEnv) => start(args, env).done

const INSTALLS = `
  const { mkdirSync, writeFileSync } = require('node:fs')
  mkdirSync('node_modules/arlen', { recursive: true })
  writeFileSync('package-lock.json', process.argv.slice(2).join(' '))`

describe('elsewhere than on a terminal', () => {
  test('takes the defaults: a full application, installed with npm, in a repository', async () => {
    program('npm', INSTALLS)
    const { code, stdout, stderr } = await run([])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('cd my-app\n  npx arlen migrate\n  npx arlen dev\n')
    const files = readdirSync(join(cwd, 'my-app'))
    expect(files).toEqual(expect.arrayContaining(['.git', 'db', 'node_modules', 'templates']))
    expect(readFileSync(join(cwd, 'my-app/package-lock.json'), 'utf8')).toMatch(/^install /)
  })

  test('installs with the package manager that runs it, or the one given', async () => {
    program('pnpm', INSTALLS)
    const env = { npm_config_user_agent: 'pnpm/12.21.0 npm/? node/v26.0.0 linux x64' }
    expect(await run(['shop', '--no-git'], env)).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(cwd, 'shop/pnpm-workspace.yaml'))).toBe(true)
    const { code, stdout } = await run(['shop2', '--pm', 'pnpm', '--no-git', '--lite'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('pnpm exec arlen dev')])
  })

  test('prints the outcome as JSON, and nothing else', async () => {
    const { code, stdout } = await run(['shop', '--api', '--no-install', '--no-git', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'shop', template: 'api', installed: false, git: false })
    const failed = await run(['shop', '--no-install', '--json'])
    expect([failed.code, JSON.parse(failed.stdout)]).toEqual([
      1,
      { error: { code: 'folder_not_empty', message: expect.any(String), remedy: expect.stringContaining('--force') } },
    ])
  })

  test('makes no repository inside of another', async () => {
    program('npm', INSTALLS)
    await run(['outer', '--lite', '--no-install'])
    cwd = join(cwd, 'outer')
    const { stdout } = await run(['inner', '--lite', '--no-install', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ git: false })
  })
})

describe('fails with one line and leaves nothing behind', () => {
  test.each<[what: string, args: string[], line: RegExp, code: number]>([
    ['an unusable name', ['Shop'], /^create-arlen: an application cannot be called "Shop": .*Try shop\.\n$/, 1],
    ['two names', ['a', 'b'], /^create-arlen: one name is enough.*\nRun create-arlen --help/, 2],
    ['two templates', ['--api', '--lite'], /choose one of --api and --lite/, 2],
    ['an unknown package manager', ['--pm', 'yarn'], /--pm is npm or pnpm, not yarn/, 2],
    ['a misspelled flag', ['--no-instal'], /there is no option --no-instal; did you mean --no-install\?/, 2],
    [
      'a package manager that is not there',
      ['--pm', 'pnpm'],
      /^create-arlen: pnpm is not installed\..*--pm npm\.\n$/,
      1,
    ],
  ])('%s', async (_, args, line, code) => {
    program('npm', INSTALLS)
    const outcome = await run(args, { PATH: join(folder, 'bin') })
    expect([outcome.code, outcome.stdout]).toEqual([code, ''])
    expect(outcome.stderr).toMatch(line)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('a failed installation', async () => {
    program('npm', `${INSTALLS}; console.error('npm error code E404\\nnpm error 404 no such package'); process.exit(1)`)
    const { code, stderr } = await run(['shop'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^create-arlen: npm install .*failed.*E404.*404 no such package\. Everything .* removed\. .*--no-install\.\n$/,
    )
    expect(readdirSync(cwd)).toEqual([])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s while npm is installing, which ends too', async (signal, expected) => {
    program(
      'npm',
      `${INSTALLS}; process.on('${signal}', () => {}); writeFileSync('../pid', String(process.pid))
       console.log('installing'); setInterval(() => writeFileSync('node_modules/' + Math.random(), ''), 1)`,
    )
    const { child, done } = start(['shop'])
    const pid = () => (existsSync(join(cwd, 'pid')) ? Number(readFileSync(join(cwd, 'pid'), 'utf8')) : 0)
    await expect.poll(pid, { interval: 5 }).toBeGreaterThan(0)
    child.kill(signal)
    const { code, stderr } = await done
    expect([code, stderr]).toEqual([expected, 'create-arlen: interrupted: nothing was created.\n'])
    expect(readdirSync(cwd)).toEqual(['pid'])
    // A process that was killed is there until it is reaped, which is up to its new parent.
    await expect.poll(() => isRunning(pid())).toBe(false)
  })
})
