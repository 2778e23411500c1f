import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TestRunner } from './test-runner.ts'

const root = join(import.meta.dirname, '../..')

/** A runner over a tree of its own, with these test files. */
function runnerOver(files: Record<string, string>): TestRunner {
  const tree = mkdtempSync(join(tmpdir(), 'arlen-runner-'))
  mkdirSync(join(tree, 'tooling'))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  symlinkSync(join(root, 'tooling/mutation'), join(tree, 'tooling/mutation'))
  writeFileSync(join(tree, 'vitest.config.ts'), "export default { test: { include: ['*.test.ts'] } }\n")
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text)
  const runner = new TestRunner(tree, 20_000)
  onTestFinished(() => {
    runner.stop()
    rmSync(tree, { recursive: true })
  })
  return runner
}

const importing = "import { expect, test } from 'vitest'\n"

test('each run has its own environment, and a failure does not stick to the runs after it', async () => {
  const runner = runnerOver({
    'a.test.ts': `${importing}test('off', () => expect(process.env.MUTANT).toBe('-1'))\ntest('next', () => {})\n`,
    'b.test.ts': `${importing}test('b', () => expect(1).toBe(1))\n`,
  })
  const run = (file: string, mutant: string) => runner.run({ file, env: { MUTANT: mutant } }, 60_000)
  const failed = await run('a.test.ts', '7')
  expect(failed).toMatchObject({ passed: false })
  expect(failed.failure).toContain("off: expected '7' to be '-1'")
  expect(await run('b.test.ts', '7')).toMatchObject({ passed: true })
  expect(await run('a.test.ts', '-1')).toMatchObject({ passed: true })
  expect(await run('a.test.ts', '8')).toMatchObject({ passed: false })
  expect(await run('none.test.ts', '8')).toMatchObject({ passed: false, failure: 'no such test file' })
})

test('hangs and errors outside of a test count as failed, and the next run starts clean', async () => {
  const runner = runnerOver({
    'endless.test.ts': `${importing}test('endless', () => { for (;;); })\n`,
    'late.test.ts': `${importing}test('late', () => { setTimeout(() => { throw new Error('late') }); return new Promise(done => setTimeout(done, 50)) })\n`,
    'broken.test.ts': 'throw new Error("broken")\n',
    'good.test.ts': `${importing}test('good', () => {})\n`,
  })
  const run = (file: string, ms = 60_000) => runner.run({ file, env: {} }, ms)
  expect(await run('good.test.ts')).toMatchObject({ passed: true })
  expect(await run('endless.test.ts', 1000)).toMatchObject({ passed: false, failure: 'did not end in 1000 ms' })
  expect(await run('late.test.ts')).toMatchObject({ passed: false, failure: 'late' })
  expect(await run('broken.test.ts')).toMatchObject({ passed: false, failure: 'broken' })
  expect(await run('good.test.ts')).toMatchObject({ passed: true })
})
