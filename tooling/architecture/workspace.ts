import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Module, readModule } from './imports.ts'

export interface SourceFile extends Module {
  /** Relative to the root of the repository. */
  path: string
  lines: number
  /** Whether it is shipped to users, rather than a test or part of one. */
  shipped: boolean
}

export interface Manifest {
  name: string
  private?: boolean
  exports?: Record<string, string | Record<string, string>>
  bin?: string | Record<string, string>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export interface Package {
  /** Relative to the root of the repository: `packages/core`. */
  folder: string
  manifest: Manifest
  /** All paths in the folder, relative to it. */
  paths: string[]
  sources: SourceFile[]
  /** The programs that tests run, as text: they may be invalid, so they are not parsed. */
  fixtures: string
  /** The folders that its tsconfig references, relative to the root of the repository. */
  references: string[]
  readme: string
}

export interface Workspace {
  /** What is published: packages/*. */
  packages: Package[]
  /** The users of the packages: applications, templates of applications, benchmarks, and the root with its tooling. */
  users: Package[]
  /** The layers from the top down, as in CONTRIBUTING.md. */
  layers: string[][]
  /** Declared in the root manifest, and therefore available to every test and tool. */
  rootTools: ReadonlySet<string>
}

/** Separate applications, although a package contains them. */
export const TEMPLATES = 'packages/create-arlen/templates'
const leftOut = new Set(['node_modules', 'dist', '.arlen', '.toolchain', '.git', 'coverage'])

export function readWorkspace(root: string): Workspace {
  const rootManifest = readJson<Manifest>(join(root, 'package.json'))
  const folders = (pattern: string) =>
    globSync(`${pattern}/package.json`, { cwd: root }).map(path => path.slice(0, -13))
  const users = [
    ...folders('apps/*'),
    ...folders(`${TEMPLATES}/*`),
    ...folders('benchmarks'),
    ...folders('tooling/*'),
    '.',
  ]
  return {
    packages: folders('packages/*').map(folder => readPackage(root, folder)),
    users: users.map(folder => readPackage(root, folder)),
    layers: readLayers(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')),
    rootTools: new Set(Object.keys({ ...rootManifest.dependencies, ...rootManifest.devDependencies })),
  }
}

/** The indented list under `## Layers`, one layer per line. */
function readLayers(contributing: string): string[][] {
  const section = contributing.split(/^## /m).find(part => part.startsWith('Layers')) ?? ''
  const drawn = section.split('\n').filter(line => line.startsWith('    '))
  return drawn.map(line => line.trim().split(/\s+/))
}

function readPackage(root: string, folder: string): Package {
  const home = join(root, folder)
  const others = folder === '.' ? ['packages', 'apps', 'benchmarks', 'tooling/site'] : [relative(folder, TEMPLATES)]
  const paths = walk(home, others)
  const code = paths.filter(path => /\.[cm]?tsx?$/.test(path) && !path.endsWith('.d.ts') && !isFixture(path))
  const fixtures = paths.filter(path => /\.[cm]?[jt]sx?$/.test(path) && isFixture(path))
  return {
    folder,
    manifest: readJson(join(home, 'package.json')),
    paths,
    sources: code.map(path => readSource(root, join(folder, path), path)),
    fixtures: fixtures.map(path => readFileSync(join(home, path), 'utf8')).join('\n'),
    references: readReferences(root, folder),
    readme: paths.includes('README.md') ? readFileSync(join(home, 'README.md'), 'utf8') : '',
  }
}

function isFixture(path: string): boolean {
  return path.split('/').includes('fixtures')
}

function readSource(root: string, path: string, inPackage: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const shipped = inPackage.startsWith('src/') && !/\.test(-d)?\.ts$/.test(inPackage)
  try {
    return { path, shipped, lines: countLines(text), ...readModule(text) }
  } catch (cause) {
    throw new Error(`${path} cannot be parsed`, { cause })
  }
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function readReferences(root: string, folder: string): string[] {
  try {
    const config = readJson<{ references?: { path: string }[] }>(join(root, folder, 'tsconfig.json'))
    return (config.references ?? []).map(reference => relative(root, join(root, folder, reference.path)))
  } catch {
    return [] // without its own tsconfig, like benchmarks and the root
  }
}

function walk(home: string, skip: readonly string[]): string[] {
  const found: string[] = []
  const enter = (folder: string) => {
    for (const entry of readdirSync(join(home, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (leftOut.has(entry.name) || skip.includes(path)) continue
      if (entry.isDirectory()) enter(path)
      else found.push(path)
    }
  }
  enter('')
  return found.sort()
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
