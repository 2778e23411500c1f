import { chmod, copyFile, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, matchesGlob, posix } from 'node:path'
import { stripTypes } from '@arlen/core/strip-types'
import { releaseError } from '../errors.ts'
import { listFiles } from '../manifest/list-files.ts'
import { changedFiles, currentCommit, isInRepository, presentFiles, trackedFiles } from './git.ts'
import { type LocalImport, releasedName, rewriteImports } from './rewrite-imports.ts'

/** Files that no release needs: tests, input of tools, and descriptions of the deployment. */
const EXCLUDED = [
  '.*',
  '.*/**',
  'node_modules/**',
  'test/**',
  'tests/**',
  '**/*.{test,spec,test-d}.{ts,mts,js,mjs}',
  '**/*.d.ts',
  'tsconfig*.json',
  'perf/**',
  'perf.config.*',
  'vitest.config.*',
  'biome.json',
  'eslint.config.*',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'Dockerfile*',
  'compose*.y{a,}ml',
  'deploy/**',
  'config/deploy.*',
  'releases/**',
  '*.md',
]

/** Which files of an application a release contains. */
export interface SourceSelection {
  /** The application's folder. */
  root: string
  /** Globs of files to exclude, in addition to tests, tool settings and files that begin with a dot. */
  exclude: readonly string[]
  /** Globs of files to include although Git does not track them, such as a bundler's output. */
  include: readonly string[]
  /** Whether it may contain uncommitted changes. */
  allowDirty: boolean
}

/**
 * The files of the release below the application's folder: those that Git tracks, without tests and tool settings.
 *
 * @returns paths relative to the folder, sorted, and whether any of them has uncommitted changes
 * @throws tree_dirty, commit_missing, source_unsupported, git_failed
 */
export async function selectSources(selection: SourceSelection): Promise<{ paths: string[]; dirty: boolean }> {
  const { root, exclude, include, allowDirty } = selection
  const isExcluded = (path: string) => [...EXCLUDED, ...exclude].some(glob => matches(path, glob))
  // That of a submodule names a folder of this machine.
  const isGit = (path: string) => /(?:^|\/)\.git(?:\/|$)/.test(path)
  const isIncluded = (path: string) => !isGit(path) && include.some(glob => matches(path, glob))
  if (!(await currentCommit(root))) {
    const isRepository = await isInRepository(root)
    if (isRepository && !allowDirty) throw releaseError('commit_missing', { root })
    const all = isRepository ? await presentFiles(root) : listFiles(root)
    return { paths: all.filter(path => isIncluded(path) || !isExcluded(path)).sort(), dirty: true }
  }
  const changed = (await changedFiles(root)).filter(path => !isExcluded(path))
  if (changed.length > 0 && !allowDirty) {
    const more = changed.length > 5 ? ` and ${changed.length - 5} more` : ''
    throw releaseError('tree_dirty', { root, files: changed.slice(0, 5).join(', ') + more })
  }
  const tracked = (await trackedFiles(root)).filter(path => isIncluded(path) || !isExcluded(path))
  const extra = include.length === 0 ? [] : listFiles(root).filter(isIncluded)
  const paths = [...new Set([...tracked, ...extra])]
  const kinds = await Promise.all(paths.map(path => kindOf(join(root, path))))
  // Git tracks a submodule as one name. Its files are in the release only if they are included.
  const submodule = paths.find(
    (path, index) => kinds[index] === 'folder' && !extra.some(file => file.startsWith(`${path}/`)),
  )
  if (submodule !== undefined) {
    const reason = `it is a Git submodule; include its files (--include '${submodule}/**'), or leave it out (--exclude ${submodule})`
    throw releaseError('source_unsupported', { file: submodule, reason })
  }
  return { paths: paths.filter((_, index) => kinds[index] === 'file').sort(), dirty: changed.length > 0 }
}

/** In these globs, `folder/**` is everything in it, also names that begin with a dot. */
function matches(path: string, glob: string): boolean {
  const folder = /^[^*?{[]+\/(?=\*\*$)/.exec(glob)?.[0]
  return matchesGlob(path, glob) || (folder !== undefined && path.startsWith(folder))
}

async function kindOf(file: string): Promise<'file' | 'folder' | 'missing'> {
  return lstat(file).then(
    stats => (stats.isDirectory() ? 'folder' : 'file'),
    () => 'missing',
  )
}

/**
 * Copies the files of an application into a release. TypeScript becomes JavaScript with the same lines and columns, under
 * the name that imports are changed to.
 *
 * @throws source_invalid, source_collision, source_unsupported, import_missing
 */
export async function copySources(root: string, paths: readonly string[], out: string): Promise<void> {
  refuseCollisions(paths)
  const scripts = paths.filter(isTypeScript)
  const texts = new Map<string, string>()
  for (const path of scripts) texts.set(path, await readFile(join(root, path), 'utf8'))
  const stripped = await stripAll(texts)
  const imports = new Map<string, readonly LocalImport[]>()
  for (const path of paths) {
    const target = join(out, releasedName(path))
    await mkdir(dirname(target), { recursive: true })
    const code = stripped.get(path)
    if (code === undefined) await copyEntry(join(root, path), target)
    else {
      const result = await rewriteImports(code)
      imports.set(path, result.imports)
      await writeFile(target, result.code)
    }
  }
  refuseMissingImports(paths, imports, texts)
}

/**
 * The JavaScript of each file. Throws source_invalid for the first with a syntax error or with more than types, such as an
 * enum.
 */
async function stripAll(texts: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const files = [...texts.keys()]
  const results = await stripTypes([...texts.values()])
  return new Map(
    results.map((result, index) => {
      const file = files[index]!
      if ('message' in result) throw releaseError('source_invalid', { file, reason: result.message.trim() })
      return [file, result.code]
    }),
  )
}

function isTypeScript(path: string): boolean {
  if (/\.(?:tsx|cts)$/.test(path)) {
    throw releaseError('source_unsupported', { file: path, reason: 'releases contain .ts and .mts modules only' })
  }
  return releasedName(path) !== path
}

function refuseCollisions(paths: readonly string[]): void {
  const sources = new Map<string, string>()
  for (const path of paths) {
    const file = releasedName(path)
    const first = sources.get(file)
    if (first !== undefined) throw releaseError('source_collision', { first, second: path, file })
    sources.set(file, path)
  }
}

async function copyEntry(from: string, to: string): Promise<void> {
  const stats = await lstat(from)
  if (stats.isSymbolicLink()) return symlink(await readlink(from), to)
  await copyFile(from, to)
  await chmod(to, stats.mode & 0o777)
}

/** An excluded or uncommitted file would be missing at run time. */
function refuseMissingImports(
  paths: readonly string[],
  imports: ReadonlyMap<string, readonly LocalImport[]>,
  texts: ReadonlyMap<string, string>,
): void {
  const released = new Set(paths.map(releasedName))
  for (const [file, found] of imports) {
    for (const { specifier, offset } of found) {
      const target = posix.join(posix.dirname(file), specifier)
      if (released.has(target) || target.startsWith('../')) continue
      const line = texts.get(file)!.slice(0, offset).split('\n').length
      const hint = ' Commit the file, or include it (--include).'
      throw releaseError('import_missing', { file, line, specifier: `"${specifier}"`, hint })
    }
  }
}
