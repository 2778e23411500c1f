import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

interface Manifest {
  name?: string
  dependencies?: object
  devDependencies?: object
  peerDependencies?: object
}

/**
 * The name by which generated code imports an Arlen package: `@arlen/view` if the application depends on it, or
 * `arlen/view` if it depends on `arlen` alone, because a strict node_modules (pnpm) hides dependencies of dependencies.
 * Only package.json counts, so the generated code is the same on every machine.
 *
 * @param folder - where the generated code is; the nearest package.json with dependencies at or above it counts
 * @param name - one of the packages that `arlen` re-exports: `@arlen/view`
 */
export function importName(folder: string, name: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const known = dependenciesIn(at)
    if (known !== undefined) return !known.has(name) && known.has('arlen') ? name.replace('@arlen/', 'arlen/') : name
    if (at === dirname(at)) return name
  }
}

/** Undefined if there is no manifest, or one that only says `"type": "module"`. */
function dependenciesIn(folder: string): Set<string> | undefined {
  try {
    const { name, ...manifest } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const { dependencies, devDependencies, peerDependencies } = manifest
    if (!name && !dependencies && !devDependencies && !peerDependencies) return undefined
    return new Set(Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }))
  } catch {
    return undefined
  }
}
