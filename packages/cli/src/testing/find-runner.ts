import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cliError } from '../errors.ts'

/** A command that runs tests; the user's arguments are appended. */
export interface Runner {
  command: string
  args: readonly string[]
  /** The command is a shell command: the `test` script of package.json. */
  shell: boolean
}

export interface Manifest {
  name?: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** What `npm init` writes if there are no tests. */
const NO_TESTS = /no test specified/
const WATCH: Readonly<Record<string, readonly string[]>> = { vitest: ['watch'], jest: ['--watchAll'] }
const ONCE: Readonly<Record<string, readonly string[]>> = { vitest: ['run'], jest: [] }

/**
 * How an application runs its tests: with the `test` script of its package.json, unless that is this very command; else
 * with Vitest or Jest if one of them is installed; else with `node --test`. A script cannot be put into watch mode, so the
 * runner is called directly then.
 *
 * @param chosen - whether files are named: a script `node --test` with its own files is then run without them
 */
export function findRunner(root: string, watch: boolean, chosen: boolean = false): Runner {
  const script = readManifest(root).scripts?.test
  if (chosen && !watch && script !== undefined && /^node(?: --[\w=@/.-]+)* --test\b[^&|;]*$/.test(script)) {
    return { command: process.execPath, args: script.split(/\s+/).filter(word => word.startsWith('--')), shell: false }
  }
  if (!watch && script !== undefined && !/\barlen test\b/.test(script) && !NO_TESTS.test(script))
    return { command: script, args: [], shell: true }
  for (const name of ['vitest', 'jest']) {
    const file = programOf(root, name)
    if (file) return { command: process.execPath, args: [file, ...(watch ? WATCH : ONCE)[name]!], shell: false }
  }
  return { command: process.execPath, args: ['--test', ...(watch ? ['--watch'] : [])], shell: false }
}

/** @throws ArlenError `manifest_invalid` */
export function readManifest(root: string): Manifest {
  const file = join(root, 'package.json')
  if (!existsSync(file)) return {}
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest
  } catch (cause) {
    throw cliError('manifest_invalid', { file, reason: (cause as Error).message }, { cause })
  }
}

/** The program of a package that is installed for the application, in its folder or above; undefined if there is none. */
function programOf(root: string, name: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) {
      const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        bin: Manifest['scripts'] | string
      }
      const file = typeof bin === 'string' ? bin : bin?.[name]
      return file && join(folder, file)
    }
    if (at === dirname(at)) return undefined
  }
}
