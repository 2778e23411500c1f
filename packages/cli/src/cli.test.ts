import { ArlenError } from '@arlen/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runCli } from './cli.ts'
import { type Command, type CommandInput, UsageError } from './command.ts'

function setUp(run: Command['run'] = async () => undefined) {
  const lines = { out: [] as string[], err: [] as string[] }
  const inputs: CommandInput[] = []
  const commands: Command[] = [
    {
      usage: 'migrate [...words]',
      description: 'Apply migrations',
      actions: [
        ['up', 'Apply them'],
        ['rename <version>', 'Move one'],
      ],
      options: [
        ['--no-wait', 'Do not wait'],
        ['--dsn <uri>', 'Database'],
        ['--dry-run', 'Change nothing'],
      ],
      run: async (input, io) => {
        inputs.push(input)
        return run(input, io) as Promise<undefined>
      },
    },
    {
      usage: 'propane [...words]',
      description: 'Serve',
      anyOptions: true,
      run: async input => void inputs.push(input),
    },
  ]
  const io = {
    cwd: '/',
    env: {},
    out: (line: string) => void lines.out.push(line),
    err: (line: string) => void lines.err.push(line),
  }
  return { lines, inputs, arlen: (...argv: string[]) => runCli(argv, commands, '1.2.3', io) }
}

describe('runCli', () => {
  test('hands a command its arguments and options, and exits with what it says', async () => {
    const { arlen, inputs } = setUp(async () => 3)
    expect(await arlen('migrate', 'down', '--dsn', 'postgres://x', '--dry-run')).toBe(3)
    expect(inputs[0]).toMatchObject({ args: ['down'], options: { dsn: 'postgres://x', dryRun: true } })
  })

  test('hands a command that reads its own options everything as it was typed', async () => {
    const { arlen, inputs } = setUp()
    expect(await arlen('propane', 'scale', '4', '--drain-timeout', '30s')).toBe(0)
    expect(inputs[0]?.argv).toEqual(['scale', '4', '--drain-timeout', '30s'])
  })

  test('answers an unknown command with the one that was meant, exit code 2', async () => {
    const { arlen, lines } = setUp()
    expect(await arlen('migrat')).toBe(2)
    expect(lines.err[0]).toBe('arlen: there is no command migrat; did you mean migrate?')
  })

  test('helps with a command by help, as by --help', async () => {
    const printed = vi.spyOn(console, 'info').mockImplementation(() => undefined)
    onTestFinished(() => printed.mockRestore())
    const { arlen, lines } = setUp()
    expect([await arlen('help'), await arlen('help', 'migrate'), lines.err]).toEqual([0, 0, []])
    const [all, one] = printed.mock.calls.flat()
    expect(all).toContain('propane')
    expect(all).toContain('arlen <command> --help')
    expect(one).toContain('--dry-run')
    expect(one).toContain('Apply migrations\n\nUsage:\n  $ arlen migrate up                Apply them\n')
    expect(one).toContain('  $ arlen migrate rename <version>  Move one\n')
    // cac calls it true by default, and ends lines with spaces.
    expect(one).toContain('  --no-wait    Do not wait\n')
    expect(`${all}\n${one}`).not.toMatch(/ $/m)
  })

  test('answers an unknown option without a command with the one that was meant, exit code 2', async () => {
    const { arlen, lines } = setUp()
    expect(await arlen('--vers')).toBe(2)
    expect(lines.err[0]).toBe('arlen: arlen has no option --vers; did you mean --version?')
    expect(await arlen('-x')).toBe(2)
  })

  test('refuses options that a command does not have, and values that are missing, exit code 2', async () => {
    const { arlen, lines } = setUp()
    expect(await arlen('migrate', '--dry')).toBe(2)
    expect(await arlen('migrate', '--dsn')).toBe(2)
    expect(lines.err.join('\n')).toContain('--dry')
    expect(await arlen('migrate', '--dsm', 'x')).toBe(2)
    expect(lines.err).toContain('arlen: migrate has no option --dsm; did you mean --dsn?')
    expect(await arlen('migrate', '--dry-rn')).toBe(2)
    expect(lines.err).toContain('arlen: migrate has no option --dry-rn; did you mean --dry-run?')
  })

  test('prints one line for an error that says all there is to say, exit code 1', async () => {
    const { arlen, lines } = setUp(async () => {
      throw new ArlenError('connect_failed', 'The database cannot be reached.')
    })
    expect(await arlen('migrate')).toBe(1)
    expect(lines.err).toEqual(['arlen: The database cannot be reached.'])
  })

  test('prints the stack of a mistake in a program, exit code 1', async () => {
    const { arlen, lines } = setUp(async () => {
      throw new TypeError('x is not a function')
    })
    expect(await arlen('migrate')).toBe(1)
    expect(lines.err.join('\n')).toMatch(/x is not a function\n +at .*cli\.test\.ts/)
  })

  test('treats a usage error of a command as its own, with exit code 2', async () => {
    const { arlen } = setUp(async () => {
      throw new UsageError('migrate does not take that')
    })
    expect(await arlen('migrate')).toBe(2)
  })
})
