import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findExamples, packageOf } from './examples.ts'

const root = join(import.meta.dirname, '..')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync(['{packages,apps}/*/README.md', 'docs/**/*.md'], { cwd: root }),
]
const examples = pages
  .filter(page => existsSync(join(root, page)))
  .flatMap(page => findExamples(readFileSync(join(root, page), 'utf8')).map(example => ({ page, ...example })))
  .sort((a, b) => a.page.localeCompare(b.page) || a.line - b.line)

describe.concurrent('every example runs as it stands and ends by itself:', () => {
  test.for(examples)('$page, line $line', async ({ page, code }, { expect, signal }) => {
    const { exitCode, output } = await runExample(code, join(root, packageOf(page)), signal)
    expect(exitCode, output).toBe(0)
  })
})

describe('an example', () => {
  const here = import.meta.dirname

  test('is a fenced block marked `ts run`, found with its line', () => {
    const page = '# A\n\n```ts\nno()\n```\n\n```ts run\none()\ntwo()\n```\n\n````ts run\nfour()\n````\n'
    expect(findExamples(page)).toEqual([
      { line: 8, code: 'one()\ntwo()\n' },
      { line: 13, code: 'four()\n' },
    ])
  })

  test('is not found inside another block, and never runs on past the end', () => {
    expect(findExamples('````md\n```ts run\nno()\n```\n````\n')).toEqual([])
    expect(() => findExamples('```ts run\nopen()\n')).toThrow('line 1 is never closed')
  })

  test('fails when it throws, when it asserts wrongly and when it is not TypeScript', async () => {
    for (const code of [
      'throw new Error("no")',
      'import assert from "node:assert"\nassert.equal(1, 2)',
      'const x: = 1',
      'import "./no-such-file.ts"',
    ]) {
      const { exitCode } = await runExample(code, here)
      expect(exitCode, code).not.toBe(0)
    }
  })

  test('may be TypeScript with top-level await', async () => {
    const run = await runExample('const x: number = await Promise.resolve(1)\nif (x !== 1) process.exit(1)', here)
    expect(run.exitCode).toBe(0)
  })
})

/** Runs it as a module of the package: a file, for a program may start further processes of its own kind. */
async function runExample(
  code: string,
  cwd: string,
  signal?: AbortSignal,
): Promise<{ exitCode: unknown; output: string }> {
  const folder = join(cwd, '.arlen')
  const file = join(folder, `example-${randomUUID()}.ts`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, code)
  try {
    return await new Promise(resolve => {
      const options = { cwd, signal, killSignal: 'SIGKILL' } as const
      execFile(process.execPath, ['--conditions=@arlen/source', file], options, (error, stdout, stderr) => {
        resolve({ exitCode: error ? (error.code ?? error.signal) : 0, output: stdout + stderr })
      })
    })
  } finally {
    rmSync(file)
  }
}
