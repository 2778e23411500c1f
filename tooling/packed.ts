import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What of a package's manifest says what it is and needs. */
export interface PackedManifest {
  name: string
  version: string
  exports: Record<string, unknown>
  bin?: Record<string, string>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** A package of a working tree. */
export interface TreePackage {
  folder: string
  manifest: PackedManifest
}

export function readManifest(file: string): PackedManifest {
  return JSON.parse(readFileSync(file, 'utf8')) as PackedManifest
}

/** The packages of a working tree that are published, by their names. */
export function packagesOf(root: string): TreePackage[] {
  return globSync('packages/*/package.json', { cwd: root })
    .map(path => ({ folder: join(root, dirname(path)), manifest: readManifest(join(root, path)) }))
    .filter(({ manifest }) => !('private' in manifest))
    .sort((a, b) => a.manifest.name.localeCompare(b.manifest.name))
}

/** All names that a package may import. */
export function neededBy({ dependencies, optionalDependencies, peerDependencies }: PackedManifest): string[] {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
}

/**
 * Packs a package as for the registry, and unpacks it into the `node_modules` of a folder. No network: what it needs of others is
 * linked from where pnpm has put it, and only what the packed manifest names.
 *
 * @param packages - all packages of the tree, each of which is installed by itself
 */
export async function installPacked(
  { folder: from, manifest: { name } }: TreePackage,
  packages: readonly TreePackage[],
  folder: string,
): Promise<void> {
  const packed = join(folder, 'packed', name)
  const home = join(folder, 'node_modules', name)
  mkdirSync(packed, { recursive: true })
  mkdirSync(home, { recursive: true })
  await run('pnpm', ['pack', '--pack-destination', packed], { cwd: from })
  const [tarball = ''] = globSync('*.tgz', { cwd: packed })
  await run('tar', ['-xzf', join(packed, tarball), '-C', home, '--strip-components=1'])
  for (const dependency of neededBy(readManifest(join(home, 'package.json')))) {
    if (packages.some(({ manifest }) => manifest.name === dependency)) continue
    linkFrom(from, dependency, home)
  }
}

/** Links a dependency of one folder into another, where it is installed. */
export function linkFrom(from: string, dependency: string, to: string): void {
  const theirs = join(from, 'node_modules', dependency)
  if (!existsSync(theirs)) return
  const link = join(to, 'node_modules', dependency)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(realpathSync(theirs), link)
}
