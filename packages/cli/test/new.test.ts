import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'

test('arlen new makes what create-arlen makes, once, and says so as that does', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'arlen-new-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const run = async (...argv: string[]) => {
    const lines: string[] = []
    const write = (line: string) => void lines.push(line)
    const io = { cwd, env: { PATH: process.env.PATH }, out: write, err: write }
    const code = await runCli(['new', ...argv], commands, '0.0.0', io)
    return { code, text: lines.join('\n') }
  }
  const made = await run('shop', '--lite', '--no-install', '--no-git', '--json')
  expect([made.code, JSON.parse(made.text)]).toMatchObject([0, { name: 'shop', template: 'lite', installed: false }])
  expect(readFileSync(join(cwd, 'shop/package.json'), 'utf8')).toContain('"name": "shop"')
  expect(await run('shop', '--lite', '--no-install')).toMatchObject({
    code: 1,
    text: expect.stringContaining('not empty'),
  })
  expect(await run('other', '--lit')).toMatchObject({ code: 2, text: expect.stringContaining('did you mean --lite?') })
  expect(existsSync(join(cwd, 'other'))).toBe(false)
})
