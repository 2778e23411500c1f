import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NODE_LINES } from '@arlen/core/node-version'

/** A way in which users install the packages: a release of Node.js and a package manager. */
export interface Cell {
  node: string
  packageManager: 'npm' | 'pnpm'
}

/** The strictest: the oldest Node.js, and a node_modules that hides dependencies of dependencies. */
const STRICTEST: Cell = { node: NODE_LINES[22]!.minimum, packageManager: 'pnpm' }

/**
 * The cells to try. `MATRIX` is unset for one of them, `all` for the oldest and the newest release of each line with each package
 * manager, or names some: `24.13.0,npm 26.0.0,pnpm`.
 */
export async function chosenCells(matrix: string | undefined): Promise<Cell[]> {
  if (!matrix) return [STRICTEST]
  if (matrix === 'all') {
    const nodes = await nodeReleases()
    return nodes.flatMap(node => [
      { node, packageManager: 'npm' },
      { node, packageManager: 'pnpm' },
    ])
  }
  return matrix.trim().split(/\s+/).map(cellOf)
}

function cellOf(name: string): Cell {
  const [node = '', packageManager] = name.split(',')
  if (!/^\d+\.\d+\.\d+$/.test(node) || (packageManager !== 'npm' && packageManager !== 'pnpm')) {
    throw new Error(`MATRIX is all, or releases of Node.js with a package manager such as 24.13.0,npm; not ${name}`)
  }
  return { node, packageManager }
}

/** The oldest and the newest release of each supported line, from npm's package `node`. */
async function nodeReleases(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('npm', ['view', 'node', 'versions', '--json'])
  const published = (JSON.parse(stdout) as string[]).filter(version => /^\d+\.\d+\.\d+$/.test(version))
  return Object.entries(NODE_LINES).flatMap(([major, { minimum }]) => {
    const newest = published
      .filter(version => version.startsWith(`${major}.`))
      .sort(byVersion)
      .at(-1)
    return newest === undefined || newest === minimum ? [minimum] : [minimum, newest]
  })
}

function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.split('.').map(Number))
  return left!.map((part, index) => part - right![index]!).find(difference => difference !== 0) ?? 0
}
