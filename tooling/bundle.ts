// Run before a package is packed: makes a few files of its modules, which Node.js loads in a fraction of the time. Names of
// functions and classes stay, and source maps lead to `src/`.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

/** What a package exports, by subpath. */
type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>

export interface BundledManifest {
  name: string
  exports: Exports
  dependencies?: Readonly<Record<string, string>>
  peerDependencies?: Readonly<Record<string, string>>
  optionalDependencies?: Readonly<Record<string, string>>
  publishConfig?: { exports?: Exports }
}

/** Modules that others start by their URL, so that they are files of their own. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = { '@arlen/core': ['src/strip-program.ts'] }

/**
 * Functions of other packages that an application may never call. In a bundle their package is loaded with the first call. By
 * `require`, for they answer at once.
 */
const LAZY: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  arlen: {
    '@arlen/error-report': ['developmentProblem', 'negotiate', 'renderProblem'],
    '@arlen/pg': ['createPg'],
    '@valibot/to-json-schema': ['toJsonSchema'],
  },
}

/** The exports of a package as it is published: each is one file in `dist/bundle`. */
export function publishedExports({ exports }: BundledManifest): Exports {
  return Object.fromEntries(
    Object.entries(exports).map(([subpath, target]) => {
      if (typeof target === 'string') return [subpath, target]
      return [subpath, { types: target.types!, default: `./dist/bundle/${entryName(subpath)}.js` }]
    }),
  )
}

export async function bundle(folder: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as BundledManifest
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  const others = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
  const lazy = LAZY[manifest.name] ?? {}
  const isOther = (id: string) => others.some(name => id === name || id.startsWith(`${name}/`))
  const input = Object.fromEntries([
    ...Object.entries(manifest.exports).flatMap(([subpath, target]) => {
      return typeof target === 'string' ? [] : [[entryName(subpath), join(folder, target['@arlen/source']!)]]
    }),
    ...(PROGRAMS[manifest.name] ?? []).map(file => [file.slice('src/'.length, -'.ts'.length), join(folder, file)]),
  ])
  const dir = join(folder, 'dist/bundle')
  const build = await rolldown({
    input,
    cwd: folder,
    platform: 'node',
    external: id => id.startsWith('node:') || (isOther(id) && !Object.hasOwn(lazy, id)),
    plugins: [lazyFunctions(lazy)],
    treeshake: { moduleSideEffects: false },
    logLevel: 'warn',
  })
  const { output } = await build.generate({
    dir,
    format: 'esm',
    sourcemap: true,
    keepNames: true,
    comments: false,
    entryFileNames: '[name].js',
    // Beside the entries, so that URLs relative to a module are the same in both.
    chunkFileNames: '[name]-[hash].js',
  })
  await build.close()
  replaceFolder(
    dir,
    new Map(output.map(file => [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)])),
  )
}

/** Puts files into a folder in one step, and only if they differ: something else may be reading it, such as another build. */
export function replaceFolder(folder: string, files: ReadonlyMap<string, Buffer>): void {
  if (holds(folder, files)) return
  const staged = `${folder}-${process.pid}`
  mkdirSync(staged, { recursive: true })
  for (const [name, content] of files) writeFileSync(join(staged, name), content)
  rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(staged, folder)
  } catch (error) {
    rmSync(staged, { recursive: true })
    // Another build has put it there in the meantime.
    if (!holds(folder, files)) throw error
  }
}

function holds(folder: string, files: ReadonlyMap<string, Buffer>): boolean {
  try {
    return (
      readdirSync(folder).length === files.size &&
      [...files].every(([name, content]) => content.equals(readFileSync(join(folder, name))))
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function lazyFunctions(packages: Readonly<Record<string, readonly string[]>>): Plugin {
  const prefix = 'lazy:'
  return {
    name: 'lazy-functions',
    resolveId(id, importer) {
      // A module that exports all of the package, such as `arlen/pg`, is the package.
      const isWhole = importer !== undefined && /^export \* from /m.test(readFileSync(importer, 'utf8'))
      if (!Object.hasOwn(packages, id)) return null
      return isWhole ? { id, external: true } : prefix + id
    },
    load(id) {
      if (!id.startsWith(prefix)) return null
      const name = id.slice(prefix.length)
      const functions = packages[name]!.map(one => {
        return `export const ${one} = (...args) => require('${name}').${one}(...args)\n`
      })
      const code = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
${functions.join('')}`
      return { code, map: { mappings: '' } } // it has no source that a map could name
    },
  }
}

function entryName(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice('./'.length)
}

if (import.meta.main) await bundle(process.cwd())
