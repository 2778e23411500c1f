import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { optionsOf, wordsOf } from '../src/command.ts'
import { commands, runCli } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'arlen-completion-'))
const script = (shell: string) => join(folder, `arlen.${shell}`)
const isMissing = (shell: string) => spawnSync(shell, ['-c', 'exit']).status !== 0

const NEEDS = '(needs the program; tooling/system-deps --install brings it)'

async function print(shell: string): Promise<{ code: number; text: string }> {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCli(['completion', shell], commands, '0.0.0', { cwd: folder, env: {}, out: write, err: write })
  return { code, text: lines.join('\n') }
}

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(script(shell), (await print(shell)).text)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(isMissing('bash'))(`bash ${NEEDS}`, () => {
  const complete = (...words: string[]) => {
    const program = `source "$0"; COMP_WORDS=(arlen "$@"); COMP_CWORD=$#; _arlen; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', program, script('bash'), ...words], { encoding: 'utf8' })
      .trim()
      .split('\n')
  }

  test('completes commands, what they take, and their options', () => {
    expect(complete('')).toEqual(commands.map(({ usage }) => usage.split(' ')[0]))
    expect(complete('mig')).toEqual(['migrate'])
    expect(complete('migrate', 'st')).toEqual(['status'])
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(complete('migrate', '--dr')).toEqual(['--dry-run'])
    expect(complete('migrate', 'down', '--st')).toEqual(['--steps'])
    expect(complete('--')).toEqual(['--help', '--version'])
    expect(complete('nonsense', 'x')).toEqual([''])
  })
})

describe.skipIf(isMissing('zsh'))(`zsh ${NEEDS}`, () => {
  test('completes commands and what they take', () => {
    const program = `
      compdef() { }; _describe() { print -l -- \${(P)2} }; compadd() { print -l -- \${(P)2} }; _files() { }
      source "$1"
      words=(arlen mig) CURRENT=2; _arlen
      words=(arlen completion '') CURRENT=3 PREFIX=''; _arlen`
    const out = execFileSync('zsh', ['-f', '-c', program, 'zsh', script('zsh')], { encoding: 'utf8' })
    expect(out).toMatch(/^migrate:/m)
    expect(out).toMatch(/^bash$/m)
  })

  test.each([
    'arlen mig|arlen migrate',
    'arlen completion z|arlen completion zsh',
    'arlen routes --js|arlen routes --json',
  ])('completes on a terminal: %s', line => {
    const [typed, completed] = line.split('|')
    const program = `
        zmodload zsh/zpty
        zpty terminal zsh -f
        zpty -w terminal "autoload -U compinit; compinit -u -D; source $1; print READ''Y"
        zpty -r terminal shown '*READY*'
        zpty -w -n terminal $'${typed}\t'
        zpty -r terminal shown '*${completed}*' && print -r -- $shown`
    // It waits for the completed line, and without one in vain.
    const out = execFileSync('zsh', ['-f', '-c', program, 'zsh', script('zsh')], { encoding: 'utf8' })
    expect(out).toContain(completed)
  })
})

describe.skipIf(isMissing('fish'))(`fish ${NEEDS}`, () => {
  test('completes commands, what they take, and their options', () => {
    const complete = (line: string) =>
      execFileSync('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C '${line}'`], {
        encoding: 'utf8',
      })
    expect(complete('arlen mig')).toMatch(/^migrate\t/m)
    expect(complete('arlen completion z')).toMatch(/^zsh/m)
    expect(complete('arlen migrate --dr')).toMatch(/^--dry-run\t/m)
  })
})

test('names every command, word and option in each of them', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, text } = await print(shell)
    expect(code).toBe(0)
    for (const command of commands) {
      expect(text).toContain(command.usage.split(' ')[0])
      for (const word of wordsOf(command)) expect(text).toContain(word)
      for (const [flags] of optionsOf(command)) expect(text).toContain(/--([\w-]+)/.exec(flags)![1])
    }
  }
})

test('knows no other shells', async () => {
  const { code, text } = await print('fisch')
  expect([code, text]).toEqual([2, expect.stringContaining('there is no completion fisch; did you mean fish?')])
})

test.each(['generate', 'db', 'migrate', 'release', 'sql', 'completion'])(
  'help and completion of %s name what it takes',
  async name => {
    const err: string[] = []
    const io = { cwd: folder, env: {}, out: () => undefined, err: (line: string) => void err.push(line) }
    await runCli([name, 'xxxxxxxxxxxx'], commands, '0.0.0', io)
    const { actions = [] } = commands.find(({ usage }) => usage.split(' ')[0] === name)!
    expect(err[0]).toMatch(`it takes ${wordsOf({ actions }).join(', ')}`)
  },
)
