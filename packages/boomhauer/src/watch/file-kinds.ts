import { basename, extname, join } from 'node:path'

/** The kind of a file, by its name alone. */
export type FileKind =
  | 'environment'
  | 'manifest'
  | 'module'
  | 'template'
  | 'data'
  | 'style'
  | 'asset'
  | 'temporary'
  | 'other'

const MODULES = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.node', '.wasm'])
const DATA = new Set(['.json', '.sql', '.yaml', '.yml', '.toml'])
const ASSETS = new Set([
  ...['.html', '.svg', '.png', '.jpg', '.jpeg', '.gif', '.webp', '.avif', '.ico'],
  ...['.woff', '.woff2', '.txt', '.webmanifest'],
])

/** Tests do not run in the application. Temporary files of editors, logs and lock files of package managers are not code. */
const TEMPORARY =
  /(?:\.(?:test|spec|test-d)\.[cm]?[jt]sx?|\.tsbuildinfo|~|\.sw[a-z]|\.tmp|\.log)$|^(?:\.#|#|4913$|___jb_)|^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml)$/

export function kindOf(path: string): FileKind {
  const name = basename(path)
  if (name === '.env' || name.startsWith('.env.')) return 'environment'
  if (TEMPORARY.test(name)) return 'temporary'
  if (name === 'package.json') return 'manifest'
  const extension = extname(name)
  if (extension === '.ets') return 'template'
  if (extension === '.css') return 'style'
  if (MODULES.has(extension)) return 'module'
  if (DATA.has(extension)) return 'data'
  return ASSETS.has(extension) ? 'asset' : 'other'
}

/** Files that package managers write when they finish: packages that were missing may exist from then on. */
export function installedMarks(root: string): string[] {
  return ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'].map(name =>
    join(root, 'node_modules', name),
  )
}
