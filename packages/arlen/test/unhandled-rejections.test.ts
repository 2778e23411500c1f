import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

function run(...args: string[]): { status: number | null; lines: string[]; err: string } {
  const program = join(import.meta.dirname, 'fixtures/forgetful-app.ts')
  const env = { ...process.env, ARLEN_ENV: 'test' }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@arlen/source', program, ...args], {
    encoding: 'utf8',
    env,
  })
  return { status, lines: stdout.trim().split('\n'), err: stderr }
}

test('a promise that rejects after the response is logged in one line, and the process keeps running', () => {
  const { status, lines } = run()
  const logged = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line))
  expect(lines.filter(line => !line.startsWith('{'))).toEqual(['answered', 'lives', 'left: 0'])
  expect(logged[0]).toMatchObject({ level: 'error', err: { message: 'too late' } })
  expect(status).toBe(0)
})

test('a program that listens for such promises itself is left to it', () => {
  const { lines } = run('own')
  expect(lines).toContain('mine')
  expect(lines.some(line => line.startsWith('{'))).toBe(false)
})

test('an application does not rely on another of the same process, which may end before it', () => {
  const { status, lines } = run('second')
  expect(lines.find(line => line.includes('too late'))).toContain('unhandled promise rejection')
  expect([status, lines.at(-1)]).toEqual([0, 'left: 0'])
})

test('once the application has stopped, Node.js handles them as usual', () => {
  const { status, err } = run('after')
  expect(err).toContain('after the end')
  expect(status).toBe(1)
})
