import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ScriptSandbox, until } from './script-sandbox.ts'

const makefile = join(import.meta.dirname, '../Makefile')
const targets = /^\.PHONY: (.*)$/m.exec(readFileSync(makefile, 'utf8'))?.[1]?.split(' ') ?? []

let box: ScriptSandbox
beforeEach(() => {
  box = new ScriptSandbox([])
  copyFileSync(makefile, join(box.root, 'Makefile'))
  withToolchain('echo "$*"')
})
afterEach(() => box[Symbol.dispose]())

function withToolchain(body: string): void {
  box.file('tooling/with-toolchain', `#!/bin/sh\n${body}\n`, 0o755)
}

describe('make', () => {
  test('alone is make help, which names every target', async () => {
    const { code, stdout } = await box.sh('make')
    expect(code).toBe(0)
    expect(stdout).toBe((await box.sh('make help')).stdout)
    const named = stdout.split('\n').flatMap(line => /^make (\S+) /.exec(line)?.[1] ?? [])
    expect(named.sort()).toEqual(targets.filter(target => target !== 'help').sort())
    expect(targets).toEqual(expect.arrayContaining(['run', 'dev', 'test', 'check', 'bench']))
  })

  test.each(targets.filter(target => !['help', 'clean'].includes(target)))(
    '%s runs with the toolchain on a prepared tree',
    async target => {
      const { code, stdout } = await box.sh(`make ${target}`)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^tooling\/prepare /)
      for (const file of stdout.match(/(?:tooling|benchmarks)\/\S+\.ts\b/g) ?? []) {
        expect(existsSync(join(import.meta.dirname, '..', file)), file).toBe(true)
      }
    },
  )

  test('passes WHAT on', async () => {
    expect((await box.sh('make test WHAT="packages/http packages/pg"')).stdout).toMatch(
      / packages\/http packages\/pg\n$/,
    )
    expect((await box.sh('make bench WHAT=hello')).stdout).toMatch(/ benchmarks\/run\.ts hello\n$/)
  })

  test('fails when its program does', async () => {
    withToolchain('exit 3')
    expect((await box.sh('make test')).code).toBe(2)
  })

  test('clean leaves the shop’s data and the sources alone', async () => {
    box.file('apps/shop/.arlen/data', 'orders')
    for (const path of ['packages/core/dist/index.js', 'node_modules/x/index.js', '.toolchain/x']) box.file(path, '')
    box.file('packages/core/src/index.ts', '')
    expect((await box.sh('make clean')).code).toBe(0)
    expect(['apps/shop/.arlen/data', 'packages/core/src/index.ts', 'Makefile'].every(path => box.has(path))).toBe(true)
    expect(['packages/core/dist', 'node_modules', '.toolchain'].some(path => box.has(path))).toBe(false)
  })
})

describe('a signal reaches what make runs, which ends before make does:', () => {
  test.each([
    ['Ctrl-C, which a terminal sends to the whole group', 'SIGINT', (pid: number) => -pid],
    ['TERM to make alone', 'SIGTERM', (pid: number) => pid],
  ] as const)('%s', async (_, signal, whom) => {
    withToolchain(`trap 'echo orderly >ended; exit 0' INT TERM; touch started; while :; do sleep 0.05; done`)
    const child = spawn(join(box.bin, 'make'), ['run'], { cwd: box.root, env: box.env, detached: true })
    const closed = new Promise(resolve => child.once('close', resolve))
    let output = ''
    child.stdout.on('data', text => (output += text))
    await until(() => box.has('started'))
    process.kill(whom(child.pid ?? 0), signal)
    await closed
    expect(readFileSync(join(box.root, 'ended'), 'utf8')).toBe('orderly\n')
    expect(output).toBe('')
  })
})
