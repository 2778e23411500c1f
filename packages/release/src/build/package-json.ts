import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import { releasedName } from './rewrite-imports.ts'

/** The parts of an application's package.json that a release needs. */
export interface ApplicationPackage {
  name: string
  version: string
  dependencies: Readonly<Record<string, string>>
  nodeRange: string | undefined
}

/** Reads the package.json of an application. Throws app_missing, package_invalid. */
export async function readApplicationPackage(root: string): Promise<ApplicationPackage> {
  let text: string
  try {
    text = await readFile(join(root, 'package.json'), 'utf8')
  } catch (cause) {
    throw releaseError('app_missing', { root, file: 'package.json' }, { cause })
  }
  let parsed: Record<string, never>
  try {
    parsed = JSON.parse(text) as Record<string, never>
  } catch (cause) {
    throw releaseError('package_invalid', { root, reason: (cause as Error).message }, { cause })
  }
  const { name = 'app', version = '0.0.0', dependencies = {}, engines } = parsed
  return { name, version, dependencies, nodeRange: (engines as { node?: string } | undefined)?.node }
}

const KEPT = [
  'name',
  'version',
  'type',
  'engines',
  'imports',
  'exports',
  'main',
  'dependencies',
  'optionalDependencies',
]

/** Reduces a release's package.json to what Node.js and readers need, with the file names of the release. */
export async function reducePackageJson(out: string): Promise<void> {
  const file = join(out, 'package.json')
  const all = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const kept = Object.fromEntries(KEPT.filter(key => key in all).map(key => [key, all[key]]))
  for (const key of ['imports', 'exports', 'main']) if (key in kept) kept[key] = renamed(kept[key])
  await writeFile(file, `${JSON.stringify(kept, undefined, 2)}\n`)
}

function renamed(value: unknown): unknown {
  if (typeof value === 'string') return releasedName(value)
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [releasedName(key), renamed(each)]))
}
