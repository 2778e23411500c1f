// Writes the table, the graph and the plot of docs/weights.md: what installing each package brings along, and what it builds
// on.
import { existsSync, globSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writePlots } from './plots/plots.ts'

interface Manifest {
  name: string
  private?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

export interface Weight {
  name: string
  /** Arlen packages that come with it, without itself. */
  ours: string[]
  /** Third-party packages. Of packages for several platforms, npm installs one; it is counted as its parent. */
  others: string[]
}

/** What npm installs for each published package, according to the versions in the lockfile. */
export function weights(root: string): Weight[] {
  const folders = globSync('packages/*/package.json', { cwd: root }).map(path => join(root, dirname(path)))
  const published = folders.filter(folder => !readManifest(folder).private)
  return published
    .map(folder => weigh(folder))
    .sort((a, b) => a.ours.length + a.others.length - b.ours.length - b.others.length || (a.name < b.name ? -1 : 1))
}

function weigh(folder: string): Weight {
  const found = new Map([[readManifest(folder).name, realpathSync(folder)]])
  for (const [, at] of found) {
    for (const name of needed(readManifest(at))) {
      const to = [join(at, 'node_modules', name), join(storeOf(at), name)].find(path => existsSync(path))
      if (to === undefined) throw new Error(`${name}, which ${at} depends on, is not installed`)
      if (!found.has(name)) found.set(name, realpathSync(to))
    }
  }
  const [self = '', ...names] = [...found.keys()]
  const isOurs = (name: string) => name === 'arlen' || name === 'create-arlen' || name.startsWith('@arlen/')
  return { name: self, ours: names.filter(isOurs).sort(), others: names.filter(name => !isOurs(name)).sort() }
}

/** What npm installs automatically: dependencies, and peers that are not optional. */
function needed({ dependencies, peerDependencies, peerDependenciesMeta }: Manifest): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter(name => !peerDependenciesMeta?.[name]?.optional)
  return [...Object.keys(dependencies ?? {}), ...peers]
}

/** The folder in pnpm's store that contains a third-party package together with its dependencies. */
function storeOf(folder: string): string {
  const at = folder.lastIndexOf('/node_modules/')
  return at < 0 ? folder : folder.slice(0, at + '/node_modules'.length)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The rows of the table, one per package. */
export function weightRows(all: readonly Weight[]): string[] {
  return all.map(({ name, ours, others }) => {
    const list = others.length > 12 ? `${others.length} packages` : others.map(other => `\`${other}\``).join(', ')
    return `| \`${name}\` | ${1 + ours.length + others.length} | ${1 + ours.length} | ${list || 'none'} |`
  })
}

/** The Arlen packages that each package builds on, without those that others bring along: a graph for Mermaid. */
export function structure(all: readonly Weight[]): string[] {
  const below = new Map(all.map(({ name, ours }) => [name, ours]))
  return all.flatMap(({ name, ours }) => {
    const direct = ours.filter(one => !ours.some(other => below.get(other)?.includes(one)))
    return direct.map(other => `  ${shortOf(name)} --> ${shortOf(other)}`)
  })
}

function shortOf(name: string): string {
  return name.replace('@arlen/', '')
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const page = join(root, 'docs/weights.md')
  const rows = weightRows(weights(root)).join('\n')
  const text = readFileSync(page, 'utf8')
  const graph = structure(weights(root)).join('\n')
  const withRows = text.replace(/(?<=<!-- weights -->\n\|.*\n\|.*\n)(?:\|.*\n)*/, `${rows}\n`)
  writeFileSync(page, withRows.replace(/(?<=```mermaid\ngraph TD\n)(?: {2}.*\n)*/, `${graph}\n`))
  writePlots()
}
