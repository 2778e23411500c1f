import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A package in a lock file of npm (version 2 or 3). */
interface LockedPackage {
  dependencies?: Readonly<Record<string, string>>
  optionalDependencies?: Readonly<Record<string, string>>
  peerDependencies?: Readonly<Record<string, string>>
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>
  /** Whether it is part of the tarball of the package that it is in. */
  inBundle?: boolean
}

type Packages = Readonly<Record<string, LockedPackage>>

/**
 * Removes what npm leaves after `--omit=dev` of the development dependencies that some package names as an optional peer, such as a
 * compiler or an embedded database: production does without.
 *
 * @param folder - where npm has installed, with its lock file
 */
export async function dropOptionalPeers(folder: string): Promise<void> {
  const lock = ['npm-shrinkwrap.json', 'package-lock.json'].map(name => join(folder, name)).find(existsSync)
  if (lock === undefined) return // npm ci has refused that already
  const { packages = {} } = JSON.parse(await readFile(lock, 'utf8')) as { packages?: Packages }
  const wanted = wantedPackages(packages)
  for (const [path, { inBundle }] of Object.entries(packages)) {
    if (inBundle !== true && !wanted.has(path)) await rm(join(folder, path), { recursive: true, force: true })
  }
}

/** The paths of all packages that the application reaches by dependencies, optional dependencies and peers that are not optional. */
function wantedPackages(packages: Packages): Set<string> {
  const wanted = new Set([''])
  for (const path of wanted) {
    const {
      dependencies,
      optionalDependencies,
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = packages[path] ?? {}
    const peers = Object.keys(peerDependencies).filter(name => peerDependenciesMeta[name]?.optional !== true)
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const found = resolve(packages, path, name)
      if (found !== undefined) wanted.add(found)
    }
  }
  return wanted
}

/** Where Node.js finds a package from within another one. */
function resolve(packages: Packages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (path in packages) return path
    if (at === '') return undefined
  }
}
