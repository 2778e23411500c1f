import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const REPOSITORY = join(import.meta.dirname, '../../..')

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/**
 * The packages as users install them: packed as for the registry and unpacked into a `node_modules` outside the repository, with
 * nothing but `dist/`. Packages of others are linked from where they are installed here.
 */
export class PackedPackages {
  readonly #root: string = realpathSync(mkdtempSync(join(tmpdir(), 'boomhauer-packed-')))

  /** The folder to link as `node_modules` of an application. */
  readonly modules: string = join(this.#root, 'node_modules')

  /** @param names - folders in `packages/`, which must have been built. What they depend on comes with them. */
  async install(names: readonly string[]): Promise<this> {
    await Promise.all([...withDependencies(names)].map(name => this.#install(join(REPOSITORY, 'packages', name))))
    return this
  }

  async #install(from: string): Promise<void> {
    const { name, dependencies, peerDependencies } = manifestIn(from)
    const packed = join(this.#root, 'packed', name)
    const home = join(this.modules, name)
    for (const folder of [packed, home]) mkdirSync(folder, { recursive: true })
    await run('pnpm', ['pack', '--pack-destination', packed], { cwd: from })
    const [archive = ''] = globSync('*.tgz', { cwd: packed })
    await run('tar', ['-xzf', join(packed, archive), '-C', home, '--strip-components=1'])
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      const theirs = join(from, 'node_modules', dependency)
      if (isOurs(dependency) || !existsSync(theirs)) continue
      const link = join(home, 'node_modules', dependency)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(realpathSync(theirs), link)
    }
  }

  delete(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function isOurs(dependency: string): boolean {
  return /^(?:@arlen\/|arlen$)/.test(dependency)
}

function withDependencies(names: readonly string[], all: Set<string> = new Set()): Set<string> {
  for (const name of names.filter(each => !all.has(each))) {
    all.add(name)
    const { dependencies = {} } = manifestIn(join(REPOSITORY, 'packages', name))
    const ours = Object.keys(dependencies).filter(isOurs)
    withDependencies(
      ours.map(dependency => dependency.replace('@arlen/', '')),
      all,
    )
  }
  return all
}
