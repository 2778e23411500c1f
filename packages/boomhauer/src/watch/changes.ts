import { basename, extname, isAbsolute, join, matchesGlob, relative, sep } from 'node:path'

/** What a changed file requires, strongest first. */
export type Effect = 'rebuild' | 'reload' | 'styles' | 'nothing'

const FOLDERS_IGNORED = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.arlen',
  '.cache',
  '.idea',
  '.vscode',
  '.turbo',
  'coverage',
  'dist',
  'log',
  'logs',
  'tmp',
])

const CODE = new Set([
  '.ts',
  '.mts',
  '.cts',
  '.tsx',
  '.js',
  '.mjs',
  '.cjs',
  '.jsx',
  '.json',
  '.ets',
  '.sql',
  '.node',
  '.wasm',
  '.yaml',
  '.yml',
  '.toml',
])
const STYLES = new Set(['.css'])
const ASSETS = new Set([
  '.html',
  '.svg',
  '.png',
  '.jpg',
  '.jpeg',
  '.gif',
  '.webp',
  '.avif',
  '.ico',
  '.woff',
  '.woff2',
  '.txt',
  '.webmanifest',
])

/** Tests do not run in the application, and temporary files of editors and tools are not code. */
const FILES_IGNORED =
  /(?:\.(?:test|spec|test-d)\.[cm]?[jt]sx?|\.tsbuildinfo|~|\.sw[a-z]|\.tmp|\.log)$|^(?:\.#|#|4913$|___jb_)/

/** Files that package managers write when they finish: packages that were missing may exist from then on. */
export function installedMarks(root: string): string[] {
  return ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'].map(name =>
    join(root, 'node_modules', name),
  )
}

export interface Interest {
  /** Whether a folder or file is watched at all. */
  watches(path: string, isFolder: boolean): boolean
  /** What a change of a file requires. */
  effectOf(path: string): Effect
}

/** Decides from names alone which files matter. `paths` are absolute; globs are matched from the root. */
export function createInterest(root: string, ignore: readonly string[] = []): Interest {
  // A glob for everything in a folder means the same as a glob for the folder.
  const folders = ignore.map(glob => glob.replace(/\/\*\*$|\/\*\*\/$|\/$/, ''))
  const marks = new Set(installedMarks(root))
  const fromRoot = (path: string) => relative(root, path)
  const ignored = (path: string) => {
    const local = fromRoot(path).split(sep).join('/')
    return folders.some(glob => matchesGlob(local, glob) || matchesGlob(local, `${glob}/**`))
  }
  const inIgnoredFolder = (path: string) => {
    const local = fromRoot(path)
    // Files of linked packages are outside the root: ignore the names of the folders above them.
    const parts = local.startsWith('..') || isAbsolute(local) ? [basename(path)] : local.split(sep)
    return parts.some(part => FOLDERS_IGNORED.has(part))
  }
  return {
    watches(path, isFolder) {
      if (path === root) return true
      if (inIgnoredFolder(path) || ignored(path)) return false
      return isFolder || effectByName(basename(path)) !== 'nothing'
    },
    effectOf(path) {
      if (marks.has(path)) return 'rebuild'
      if (inIgnoredFolder(path) || ignored(path)) return 'nothing'
      return effectByName(basename(path))
    },
  }
}

function effectByName(name: string): Effect {
  if (name === '.env' || name.startsWith('.env.')) return 'rebuild'
  if (FILES_IGNORED.test(name)) return 'nothing'
  const extension = extname(name)
  if (CODE.has(extension)) return 'rebuild'
  if (STYLES.has(extension)) return 'styles'
  if (ASSETS.has(extension)) return 'reload'
  return 'nothing'
}

/** The strongest effect of a batch of changes. */
export function effectOfAll(interest: Interest, paths: Iterable<string>): Effect {
  const order: readonly Effect[] = ['nothing', 'styles', 'reload', 'rebuild']
  let strongest = 0
  for (const path of paths) strongest = Math.max(strongest, order.indexOf(interest.effectOf(path)))
  return order[strongest]!
}
