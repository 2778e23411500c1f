import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

const REPOSITORY = join(import.meta.dirname, '../../..')
const BIN: string = join(import.meta.dirname, '../src/bin.ts')

export interface Outcome {
  code: number
  out: string
  err: string
}

export interface TemporaryApp {
  root: string
  write(files: Readonly<Record<string, string>>): void
  /** Runs `arlen` there as a process, with this on its standard input. */
  arlen(argv: readonly string[], options?: RunOptions): Promise<Outcome>
  start(argv: readonly string[], options?: RunOptions): ChildProcess
}

interface RunOptions {
  env?: Readonly<Record<string, string | undefined>>
  input?: string
}

/** A folder that is gone after the test, with the packages of this repository installed. */
export function temporaryApp(files: Readonly<Record<string, string>> = {}): TemporaryApp {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-app-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  installPackages(root)
  const write = (more: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(more)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), content)
    }
  }
  write({ 'package.json': '{ "name": "temporary", "type": "module" }', ...files })
  const start: TemporaryApp['start'] = (argv, { env = {}, input } = {}) => {
    const { VITEST: _, NODE_ENV: __, ARLEN_ENV: ___, NODE_TEST_CONTEXT: ____, TEST_DATABASE_URL, ...rest } = process.env
    const child = spawn(process.execPath, [BIN, ...argv], {
      cwd: root,
      // What the command starts runs from source, too.
      env: { ...rest, TEST_DATABASE_URL, NODE_OPTIONS: '--conditions=@arlen/source', ...env },
      stdio: 'pipe',
    })
    child.stdin!.end(input ?? '')
    return child
  }
  const arlen: TemporaryApp['arlen'] = async (argv, options) => {
    const child = start(argv, options)
    const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
    return { code: code as number, out, err }
  }
  return { root, write, arlen, start }
}

function installPackages(root: string): void {
  const modules = join(root, 'node_modules')
  mkdirSync(join(modules, '@arlen'), { recursive: true })
  mkdirSync(join(modules, '@types'))
  const link = (from: string, name: string) => symlinkSync(realpathSync(from), join(modules, name))
  for (const folder of readdirSync(join(REPOSITORY, 'packages'))) {
    const name = folder === 'arlen' || folder === 'create-arlen' ? folder : `@arlen/${folder}`
    link(join(REPOSITORY, 'packages', folder), name)
  }
  for (const name of ['typescript', '@types/node']) link(join(REPOSITORY, 'node_modules', name), name)
  link(join(REPOSITORY, 'packages/arlen/node_modules/valibot'), 'valibot')
}
