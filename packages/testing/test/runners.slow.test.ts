import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// As someone outside of this repository uses it: the compiled package, in a folder of its own, by runners without
// any set-up.
const run = promisify(execFile)
const home = join(import.meta.dirname, '..')
const root = join(home, '../..')
let project: string

beforeAll(async () => {
  await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'packages/testing'], { cwd: root })
  project = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-runners-')))
  mkdirSync(join(project, 'node_modules/@arlen'), { recursive: true })
  symlinkSync(home, join(project, 'node_modules/@arlen/testing'))
  symlinkSync(realpathSync(join(root, 'node_modules/vitest')), join(project, 'node_modules/vitest'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(project, 'jest.config.json'), '{ "testMatch": ["**/jest.spec.mjs"], "transform": {} }')
  cpSync(join(home, 'fixtures/runners'), project, { recursive: true })
  cpSync(join(home, 'fixtures/ask-often.mjs'), join(project, 'ask-often.mjs'))
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const runners: [name: string, command: () => string[]][] = [
  ['node:test', () => ['--test', '--test-reporter=tap', 'node.test.mjs']],
  [
    'Vitest',
    () => [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--no-color',
      '--expect.requireAssertions',
      'vitest.spec',
      '--root',
      project,
    ],
  ],
  [
    'Jest',
    () => [
      '--experimental-vm-modules',
      '--no-warnings',
      createRequire(import.meta.url).resolve('jest/bin/jest'),
      '--config',
      'jest.config.json',
    ],
  ],
]

test.each(runners)('%s runs tests without set-up, and shows what failed and where', async (_, command) => {
  const env = { PATH: process.env.PATH, HOME: project, CI: '' }
  const result = await run(process.execPath, command(), { cwd: project, env }).then(
    () => ({ stdout: 'it did not fail', stderr: '' }),
    error => error as { stdout: string; stderr: string; killed: boolean },
  )
  const output = `${result.stdout}\n${result.stderr}`
  expect(output).toContain('The status is 200, not 404.')
  expect(output).toMatch(/suite\.mjs:\d+/)
  expect(output).toMatch(/# pass 1\b|1 passed/)
  expect(output).toMatch(/# fail 1\b|1 failed/)
})

test('ten thousand requests in eight processes fail nowhere and leave nothing open', async () => {
  const processes = Array.from({ length: 8 }, () => run(process.execPath, ['ask-often.mjs', '1250'], { cwd: project }))
  for (const { stdout, stderr } of await Promise.all(processes))
    expect({ stdout, stderr }).toEqual({ stdout: '[]\n', stderr: '' })
})
