import { spawn } from 'node:child_process'
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ScriptSandbox, until } from './script-sandbox.ts'

let box: ScriptSandbox
beforeEach(() => {
  box = new ScriptSandbox(['prepare'])
  for (const folder of ['.', 'packages/core', 'apps/shop', 'benchmarks']) box.file(`${folder}/package.json`, '{}')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.node-version']) box.file(file, '')
  box.program('pnpm', `echo "pnpm $*" >>"${log()}"; mkdir -p node_modules/.bin; ${compiler()}`)
})
afterEach(() => box[Symbol.dispose]())

const INSTALL = 'pnpm install --prefer-offline --config.confirmModulesPurge=false'
const log = () => join(box.base, 'calls')
const calls = () => readFileSync(log(), 'utf8').trim().split('\n')
const compiler = (body = '') =>
  `printf '#!/bin/sh\\necho "tsc $*" >>"${log()}"\\n${body}\\n' >node_modules/.bin/tsc; chmod +x node_modules/.bin/tsc`

/** Makes a file as new as a save in a moment would, without waiting for that moment. */
function save(path: string): void {
  const soon = Date.now() / 1000 + 5
  utimesSync(join(box.root, path), soon, soon)
}

describe('prepare', () => {
  test('installs, then becomes the command, with its arguments and exit code', async () => {
    const run = await box.sh(`tooling/prepare sh -c 'echo "$1"; exit 7' - 'a  b'`)
    expect(run).toEqual({ code: 7, stdout: 'a  b\n', stderr: 'prepare: installing dependencies\n' })
    expect(calls()).toEqual([INSTALL])
  })

  test('installs nothing a second time, from wherever it is called', async () => {
    await box.sh('tooling/prepare')
    expect(await box.sh('cd /; "$OLDPWD/tooling/prepare" echo ready')).toEqual({
      code: 0,
      stdout: 'ready\n',
      stderr: '',
    })
    expect(calls()).toHaveLength(1)
  })

  test.each([
    'package.json',
    'packages/core/package.json',
    'apps/shop/package.json',
    'benchmarks/package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.node-version',
  ])('installs again when %s has changed', async path => {
    await box.sh('tooling/prepare')
    save(path)
    await box.sh('tooling/prepare')
    expect(calls()).toHaveLength(2)
  })

  test('takes no notice of other files', async () => {
    box.file('packages/core/src/index.ts', '')
    await box.sh('tooling/prepare')
    save('packages/core/src/index.ts')
    await box.sh('tooling/prepare')
    expect(calls()).toHaveLength(1)
  })

  test('builds only when asked, and does not go on after a failed build', async () => {
    expect((await box.sh('tooling/prepare --build echo built')).stdout).toBe('built\n')
    expect(calls()).toEqual([INSTALL, 'tsc -b tsconfig.build.json'])
    await box.sh(compiler('exit 2'))
    const run = await box.sh('tooling/prepare --build echo built')
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('prepare: the build failed') })
  })

  test('shows what pnpm said when it fails, and tries again the next time', async () => {
    box.program('pnpm', 'echo "ERR_PNPM_META_FETCH_FAIL"; exit 1')
    const run = await box.sh('tooling/prepare echo not reached')
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toContain('ERR_PNPM_META_FETCH_FAIL\nprepare: the dependencies could not be installed')
    box.program('pnpm', 'mkdir -p node_modules')
    expect((await box.sh('tooling/prepare echo reached')).stdout).toBe('reached\n')
  })

  test('does not take an interrupted installation for a whole one', async () => {
    await box.sh('tooling/prepare')
    save('package.json')
    box.program('pnpm', `: >started; exec sleep 60`)
    // A group of its own, as a terminal makes one: Ctrl-C reaches the shell and pnpm alike.
    const child = spawn(join(box.bin, 'sh'), ['tooling/prepare'], { cwd: box.root, env: box.env, detached: true })
    const closed = new Promise(resolve => child.once('close', resolve))
    await until(() => box.has('started'))
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await closed).toBe(130)
    expect(box.has('node_modules/.installed')).toBe(false)
  })
})
