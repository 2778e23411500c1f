import { expect, test } from 'vitest'
import { runCli } from './cli.ts'
import type { Command } from './command.ts'

async function arlen(...argv: string[]) {
  const lines: string[] = []
  let options: Readonly<Record<string, unknown>> = {}
  const migrate: Command = {
    usage: 'migrate [...words]',
    description: 'Apply migrations',
    json: 'document',
    options: [
      ['--to <version>', 'Version'],
      ['--max-error-rate <percent>', 'Percentage'],
      ['--include <glob...>', 'Files'],
      ['--dry-run', 'Change nothing'],
      ['--no-canary', 'Without a canary'],
    ],
    run: async input => {
      options = input.options
    },
  }
  const write = (line: string) => void lines.push(line)
  const code = await runCli(argv, [migrate], '1.0.0', { cwd: '/', env: {}, out: write, err: write })
  const { '--': _, ...given } = options
  return { code, given, said: lines.join('\n') }
}

test.each([
  [['--to', '0002'], { to: '0002' }],
  [['--to=0002'], { to: '0002' }],
  [['--to', '12345678901234567890'], { to: '12345678901234567890' }],
  [['--to', '1e3', '--max-error-rate', '0.50'], { to: '1e3', maxErrorRate: '0.50' }],
  [['--to=a=b'], { to: 'a=b' }],
  [['--include', '007', '--include=x'], { include: ['007', 'x'] }],
  [['--include', 'one'], { include: ['one'] }],
  [['--dry-run', '--dry-run', '--json', '--json'], { dryRun: true, json: true }],
  [['--no-canary'], { canary: false }],
])('%j is read as it was typed', async (argv, expected) => {
  const { code, given } = await arlen('migrate', ...argv)
  expect([code, given]).toEqual([0, { canary: true, ...expected }])
})

test.each([
  [['--to', ''], '--to needs a value'],
  [['--to='], 'value'],
  [['--to'], 'value is missing'],
  [['--include', 'a', '--include', ''], '--include needs a value'],
  [['--to', 'a', '--to', 'b'], '--to is given 2 times'],
  [['--to.x', 'a'], '--to needs a value'],
])('%j is a mistake', async (argv, said) => {
  expect(await arlen('migrate', ...argv)).toMatchObject({ code: 2, said: expect.stringContaining(said) })
})
