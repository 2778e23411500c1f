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

  /** @param names - folders in `packages/`. They must have been built. */
  async install(names: readonly string[]): Promise<this> {
    await Promise.all(names.map(name => this.#install(join(REPOSITORY, 'packages', name))))
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
      if (/^(?:@arlen\/|arlen$)/.test(dependency) || !existsSync(theirs)) continue
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
